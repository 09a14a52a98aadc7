// Package cloud registers the drivers of s3://, gs:// and azblob:// with gocloud.dev/blob.
//
// What that costs, beside a program that has gRPC and the collector's HTTP client already (Go 1.26, two cores, empty build cache, stripped):
//
//	driver    packages   CPU to compile   binary
//	s3blob    105        24 s             +10 MB
//	gcsblob   284        55 s             +23 MB
//	azureblob 136        12 s             +6 MB
//	all       459        84 s             +34 MB
package cloud

import (
	_ "gocloud.dev/blob/azureblob" // azblob://
	_ "gocloud.dev/blob/gcsblob"   // gs://
	_ "gocloud.dev/blob/s3blob"    // s3://
)
