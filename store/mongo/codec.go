package mongo

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// registry is how Go's types are documents that a person can read: exact
// decimals and JSON as text, the zero time as null.
func registry() *bson.Registry {
	r := bson.NewRegistry()
	for _, c := range []struct {
		of     reflect.Type
		encode bson.ValueEncoderFunc
		decode bson.ValueDecoderFunc
	}{
		{reflect.TypeFor[time.Time](), encodeTime, decodeTime},
		{reflect.TypeFor[decimal.Decimal](), encodeDecimal, decodeDecimal},
		{reflect.TypeFor[json.RawMessage](), encodeJSON, decodeJSON},
	} {
		r.RegisterTypeEncoder(c.of, c.encode)
		r.RegisterTypeDecoder(c.of, c.decode)
	}
	return r
}

// encodeTime writes a date, of milliseconds; null for the zero time, which
// otherwise would be a date in the year 1.
func encodeTime(_ bson.EncodeContext, w bson.ValueWriter, v reflect.Value) error {
	t, ok := reflect.TypeAssert[time.Time](v)
	if !ok || t.IsZero() {
		return w.WriteNull()
	}
	return w.WriteDateTime(t.UnixMilli())
}

// decodeTime reads what encodeTime wrote.
func decodeTime(_ bson.DecodeContext, r bson.ValueReader, v reflect.Value) error {
	if r.Type() == bson.TypeNull {
		v.SetZero()
		return r.ReadNull()
	}
	ms, err := r.ReadDateTime()
	if err != nil {
		return err
	}
	v.Set(reflect.ValueOf(time.UnixMilli(ms).UTC()))
	return nil
}

// encodeDecimal writes the exact digits. Decimal128 has 34, an amount may have more.
func encodeDecimal(_ bson.EncodeContext, w bson.ValueWriter, v reflect.Value) error {
	d, ok := reflect.TypeAssert[decimal.Decimal](v)
	if !ok {
		return fmt.Errorf("a decimal of type %v", v.Type())
	}
	return w.WriteString(d.String())
}

// decodeDecimal reads what encodeDecimal wrote.
func decodeDecimal(_ bson.DecodeContext, r bson.ValueReader, v reflect.Value) error {
	text, err := r.ReadString()
	if err != nil {
		return err
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return err
	}
	v.Set(reflect.ValueOf(d))
	return nil
}

// encodeJSON writes JSON as text, so that its bytes stay as they are. What is
// not UTF-8 can't be text.
func encodeJSON(_ bson.EncodeContext, w bson.ValueWriter, v reflect.Value) error {
	switch b := v.Bytes(); {
	case b == nil:
		return w.WriteNull()
	case !utf8.Valid(b):
		return w.WriteBinary(b)
	default:
		return w.WriteString(string(b))
	}
}

// decodeJSON reads what encodeJSON wrote.
func decodeJSON(_ bson.DecodeContext, r bson.ValueReader, v reflect.Value) error {
	switch r.Type() {
	case bson.TypeNull:
		v.SetZero()
		return r.ReadNull()
	case bson.TypeBinary:
		b, _, err := r.ReadBinary()
		v.SetBytes(b)
		return err
	default:
		text, err := r.ReadString()
		v.SetBytes([]byte(text))
		return err
	}
}
