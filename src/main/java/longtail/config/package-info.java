/**
 * Strict binding between YAML files and records: an unknown key is an error that names the nearest
 * known one, and every error carries the file and the path of the key.
 *
 * <p>Knows errors and no other room: what the keys mean is the business of the rooms that declare
 * the records.
 */
package longtail.config;
