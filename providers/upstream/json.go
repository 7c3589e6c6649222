package upstream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// JSON decodes the body, one JSON value, into a pointer. Numbers stay as they are
// written: into an any they come as json.Number, into a Decimal exactly. Errors:
// InstitutionNotAnswering for a body that breaks off, ServerError for one that is no JSON
// or other JSON than was expected.
func (r *Reply) JSON(into any) error {
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.UseNumber()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); errors.Is(more, io.EOF) {
			return nil
		}
		return &providers.Error{Kind: providers.ServerError, Detail: "the answer is more than one JSON value", Raw: "JSON"}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &providers.Error{Kind: providers.InstitutionNotAnswering, Detail: "the answer breaks off", Raw: "JSON"}
	}
	out := &providers.Error{Kind: providers.ServerError, Detail: "the answer is no JSON", Raw: "JSON"}
	var other *json.UnmarshalTypeError
	switch {
	case errors.As(err, &other):
		out.Detail = fmt.Sprintf("the answer has another type than expected at %q", other.Field)
	case errors.Is(err, errNumber):
		out.Detail = "the answer has a number that can't be read"
	}
	return out
}

// errNumber is returned for what is no decimal number of a reasonable size.
var errNumber = errors.New("upstream: not a number")

const (
	// maxDigits is how long a number may be as it is written, and maxExponent how far
	// it may move its point: a short text can stand for a number that fills the memory.
	maxDigits, maxExponent = 64, 40
)

// ParseDecimal reads a number as JSON or a text has it, exactly. It returns an error
// for what is none, and for one of more than 64 characters or an exponent beyond ±40.
func ParseDecimal(text string) (models.Decimal, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxDigits {
		return models.Decimal{}, errNumber
	}
	d, err := decimal.NewFromString(text)
	if err != nil || d.Exponent() > maxExponent || d.Exponent() < -maxDigits {
		return models.Decimal{}, errNumber
	}
	return d, nil
}

// Decimal is a field of JSON that holds a number, or a text that is one.
type Decimal struct{ models.Decimal }

// UnmarshalJSON reads a number or a text that is one; null leaves d as it is.
func (d *Decimal) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	plain := string(text)
	if text[0] == '"' {
		if err := json.Unmarshal(text, &plain); err != nil {
			return err
		}
	}
	v, err := ParseDecimal(plain)
	d.Decimal = v
	return err
}
