/**
 * Strict binding between YAML files and records: an unknown key is an error that names the nearest
 * known one, and every error carries the file and the path of the key.
 *
 * <p>Knows no other room.
 */
package longtail.config;
