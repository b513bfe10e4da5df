// Package output sends what the plugin printed to the host's log.
package output
