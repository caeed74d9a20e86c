"""Images to prepare: noise in the colour of their class, as PNG files in a folder per class."""

import random
import struct
import zlib

SIZE = 32
COLOURS = ("red", "green", "blue")


def write_images(directory, number, seed):
    """Every class has half as many as the one before."""
    noise = random.Random(seed)
    for image in range(number):
        label = 0 if image % 7 < 4 else 1 if image % 7 < 6 else 2
        folder = directory / COLOURS[label]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{image}.png").write_bytes(png(label, noise))


def png(label, noise):
    rows = b""
    for _ in range(SIZE):
        samples = bytearray(noise.randbytes(3 * SIZE))
        for at in range(label, 3 * SIZE, 3):
            samples[at] |= 0x80
        rows += b"\0" + samples
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
