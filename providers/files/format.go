package files

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files/camt"
	"github.com/gingham-dev/gingham/providers/files/csv"
	"github.com/gingham-dev/gingham/providers/files/mt940"
	"github.com/gingham-dev/gingham/providers/files/ofx"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// maxFile is how large a file may be, in bytes.
const maxFile = 16 << 20

// format is one that says itself what its fields mean.
type format struct {
	sniff  func([]byte) bool
	decode func([]byte, ...statement.Option) (*statement.File, error)
}

// formats are tried in turn.
var formats = []format{{ofx.Sniff, ofx.Decode}, {camt.Sniff, camt.Decode}, {mt940.Sniff, mt940.Decode}}

// strangers are what people upload instead, by how it begins.
var strangers = []struct{ begins, detail string }{
	{"%PDF", "the file is a PDF, which is made for people to read; ask the bank for OFX, QFX, CAMT, MT940 or CSV"},
	{"PK\x03\x04", "the file is a spreadsheet or an archive; save the sheet as CSV, or take the file out of the archive"},
	{"\xd0\xcf\x11\xe0", "the file is a spreadsheet; save it as CSV"},
	{"\x1f\x8b", "the file is compressed; take the bank's file out of it"},
}

// formatOf finds how to decode a file; nil is as a table. An *Error of kind InvalidInput
// says that it is of no format that is read.
func formatOf(file *providers.File) (func([]byte, ...statement.Option) (*statement.File, error), error) {
	if len(file.Data) == 0 {
		return nil, refuse("the file is empty")
	}
	if len(file.Data) > maxFile {
		return nil, refuse(fmt.Sprintf("the file has %d bytes, and at most %d (16 MiB) are taken; ask the bank for a shorter period", len(file.Data), maxFile))
	}
	for _, s := range strangers {
		if bytes.HasPrefix(file.Data, []byte(s.begins)) {
			return nil, refuse(s.detail)
		}
	}
	for _, f := range formats {
		if f.sniff(file.Data) {
			return f.decode, nil
		}
	}
	if file.Mapping == nil && !csv.Sniff(file.Data) {
		return nil, refuse("the file is none of OFX, QFX, CAMT and MT940, and no table in CSV with a date and an amount in its lines")
	}
	return nil, nil
}

// invalid is a decoder's error as a provider's: its detail names the line.
func invalid(err error) error {
	if err == nil {
		return nil
	}
	var e *statement.Error
	if errors.As(err, &e) {
		return refuse(e.Error())
	}
	return fmt.Errorf("files: decode: %w", err)
}
