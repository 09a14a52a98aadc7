package focusfile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Limits of what is read of a Parquet file. The library allocates what headers claim before it looks at data: a few damaged bytes
// would take gigabytes. Writers make pages of about a megabyte and of some ten thousand values.
const (
	maxPageBytes  = 64 << 20
	maxPageValues = 16 << 20
)

var errLimits = errors.New("damaged Parquet file")

// checkFooter compares the length that the file claims for its footer with its own.
func checkFooter(src io.ReaderAt, size int64) error {
	var tail [8]byte
	if size < 12 {
		return fmt.Errorf("%w: it has %d bytes", errLimits, size)
	}
	if _, err := src.ReadAt(tail[:], size-8); err != nil {
		return err
	}
	if n := int64(binary.LittleEndian.Uint32(tail[:])); n > size-12 {
		return fmt.Errorf("%w: a footer of %d bytes in a file of %d", errLimits, n, size)
	}
	return nil
}

// checkPages looks at the headers of all pages.
func checkPages(src io.ReaderAt, size int64, meta *format.FileMetaData) error {
	for i := range meta.RowGroups {
		for j := range meta.RowGroups[i].Columns {
			if err := checkChunk(src, size, &meta.RowGroups[i].Columns[j].MetaData); err != nil {
				return fmt.Errorf("%w: row group %d, column %d", err, i, j)
			}
		}
	}
	return nil
}

func checkChunk(src io.ReaderAt, size int64, chunk *format.ColumnMetaData) error {
	at := chunk.DataPageOffset
	if dictionary := chunk.DictionaryPageOffset; dictionary > 0 && dictionary < at {
		at = dictionary
	}
	if at < 0 || chunk.TotalCompressedSize < 0 || at > size-chunk.TotalCompressedSize {
		return fmt.Errorf("%w: a column that ends behind the file", errLimits)
	}
	for end := at + chunk.TotalCompressedSize; at < end; {
		n, err := checkPage(io.NewSectionReader(src, at, end-at), end-at)
		if err != nil {
			return err
		}
		at += n
	}
	return nil
}

// checkPage returns the length of a page and its header.
func checkPage(section *io.SectionReader, left int64) (int64, error) {
	in := bufio.NewReaderSize(section, 512)
	var header format.PageHeader
	if err := thrift.NewDecoder(new(thrift.CompactProtocol).NewReader(in)).Decode(&header); err != nil {
		return 0, fmt.Errorf("%w: %w", errLimits, err)
	}
	position, err := section.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	length := position - int64(in.Buffered()) + int64(header.CompressedPageSize)
	switch {
	case header.CompressedPageSize < 0 || header.UncompressedPageSize < 0 || length > left || length <= 0:
		return 0, fmt.Errorf("%w: a page that ends behind its column", errLimits)
	case header.UncompressedPageSize > maxPageBytes:
		return 0, fmt.Errorf("a page of %d bytes; at most %d are read", header.UncompressedPageSize, maxPageBytes)
	case valuesOf(&header) > maxPageValues || valuesOf(&header) < 0:
		return 0, fmt.Errorf("a page of %d values; at most %d are read", valuesOf(&header), maxPageValues)
	}
	return length, nil
}

// valuesOf is the number of values of a page of any kind.
func valuesOf(h *format.PageHeader) int32 {
	return max(h.DataPageHeader.V.NumValues, h.DataPageHeaderV2.V.NumValues, h.DictionaryPageHeader.V.NumValues)
}
