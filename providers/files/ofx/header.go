package ofx

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/gingham-dev/gingham/providers/files/statement/charset"
)

// header is what stands before the first element.
type header struct {
	// version is as "102" or "211", or "".
	version    string
	charset    string
	compressed bool
}

// readHeader reads the header of OFX 1.x (KEY:VALUE, on lines of their own or on
// one) or the processing instructions of OFX 2.x. A file without one has none.
func readHeader(data []byte) header {
	head := charset.Decode(data[:min(len(data), sniffed)], "").String
	if i := strings.Index(strings.ToUpper(head), "<OFX>"); i >= 0 {
		head = head[:i]
	}
	if strings.Contains(head, "<?") {
		return header{version: attribute(head, versionAttribute), charset: attribute(head, encodingAttribute)}
	}
	fields := headerFields(head)
	h := header{version: fields["VERSION"], charset: fields["CHARSET"]}
	if encoding := charset.Name(fields["ENCODING"]); charset.Name(h.charset) == "" || encoding == charset.UTF8 {
		h.charset = fields["ENCODING"]
	}
	compression := fields["COMPRESSION"]
	h.compressed = compression != "" && !strings.EqualFold(compression, "NONE")
	return h
}

var (
	encodingAttribute = regexp.MustCompile(`(?i)<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']`)
	versionAttribute  = regexp.MustCompile(`(?i)<\?ofx[^>]*\bversion\s*=\s*["']([^"']*)["']`)
	headerField       = regexp.MustCompile(`(OFXHEADER|DATA|VERSION|SECURITY|ENCODING|CHARSET|COMPRESSION|OLDFILEUID|NEWFILEUID):`)
)

func attribute(head string, which *regexp.Regexp) string {
	if m := which.FindStringSubmatch(head); m != nil {
		return m[1]
	}
	return ""
}

// headerFields finds the fields by their names, for some banks leave out the line
// ends between them.
func headerFields(head string) map[string]string {
	fields := map[string]string{}
	at := headerField.FindAllStringSubmatchIndex(head, -1)
	for i, m := range at {
		end := len(head)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		value := strings.TrimSpace(head[m[1]:end])
		if cut := strings.IndexAny(value, " \t\r\n<"); cut >= 0 {
			value = value[:cut]
		}
		fields[head[m[2]:m[3]]] = value
	}
	return fields
}

// format is as "OFX 1.0.2".
func (h header) format() string {
	v := []byte(h.version)
	if len(v) != 3 || len(bytes.Trim(v, "0123456789")) > 0 {
		return "OFX"
	}
	return "OFX " + strings.Join(strings.Split(h.version, ""), ".")
}
