// Package book adds charges up until their files are closed.
//
// A [Book] is what one file will hold: the charges of one dataset and one charge period, or late charges
// of one day. It is open while charges come in, and then sealed: a sealed book never changes again, and is
// dropped once its file is written. The [Store] holds all books and the window of records that are accounted
// already, and hands out what changed, so that books and window are persisted together.
package book
