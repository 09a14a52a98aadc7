// Package publish turns books into files.
//
// A file's name follows from its book and writer alone, so that to write it again replaces it. What a file is made
// from is durable before it is written, so that it can always be made again.
package publish
