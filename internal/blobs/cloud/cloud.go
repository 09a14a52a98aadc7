// Package cloud registers the drivers of s3://, gs:// and azblob:// with gocloud.dev/blob.
package cloud

import (
	_ "gocloud.dev/blob/azureblob" // azblob://
	_ "gocloud.dev/blob/gcsblob"   // gs://
	_ "gocloud.dev/blob/s3blob"    // s3://
)
