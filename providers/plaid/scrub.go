package plaid

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"net/url"

	"github.com/gingham-dev/gingham/providers/upstream"
)

// plainKeys are the members whose texts are of a known few, or dates: they tell nothing of
// anybody. All other texts are replaced.
var plainKeys = map[string]bool{
	"additional_consented_products": true, "alg": true, "apr_type": true, "authorized_date": true, "authorized_datetime": true,
	"available_products": true, "billed_products": true, "client_name": true, "close_price_as_of": true, "code": true,
	"confidence_level": true, "consent_expiration_time": true, "consented_products": true, "contract_type": true,
	"country_codes": true, "created_at": true, "crv": true, "date": true, "datetime": true, "detailed": true,
	"display_message": true, "documentation_url": true, "end_date": true, "error_code": true, "error_type": true,
	"expiration": true, "expiration_date": true, "holder_category": true, "institution_id": true,
	"institution_name": true, "institution_price_as_of": true, "iso_currency_code": true, "issue_date": true, "kty": true,
	"language": true, "last_payment_date": true, "last_statement_issue_date": true, "last_updated_datetime": true,
	"maturity_date": true, "min_last_updated_datetime": true, "next_payment_due_date": true, "origination_date": true,
	"payment_channel": true, "personal_finance_category_icon_url": true, "personal_finance_category_version": true,
	"primary": true, "products": true, "start_date": true, "subtype": true, "suggested_action": true, "transaction_code": true,
	"transaction_type": true, "transactions_update_status": true, "type": true, "unofficial_currency_code": true,
	"update_type": true, "use": true, "verification_status": true, "version": true,
}

// placeKeys are members whose numbers say where somebody was.
var placeKeys = map[string]bool{"lat": true, "lon": true}

// scrubber replaces what could tell of a person.
type scrubber struct {
	// key makes what stands for a text. It is kept nowhere, so that nobody can try texts.
	key []byte
}

// text is a JSON text, scrubbed; nil for what is no JSON.
func (s *scrubber) text(text []byte) any {
	var v any
	reply := upstream.Reply{Body: text}
	if reply.JSON(&v) != nil {
		return nil
	}
	return s.value("", v)
}

func (s *scrubber) value(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = s.value(name, inner)
		}
	case []any:
		for i := range v {
			v[i] = s.value(key, v[i])
		}
	case json.Number:
		if placeKeys[key] {
			return json.Number("0")
		}
	case string:
		if !plainKeys[key] {
			return s.replace(key, v)
		}
	}
	return v
}

// replace is what stands for a text: a digit for each digit, a letter for each letter. The scheme and
// the host of a hosted page stay, so that there is an address.
func (s *scrubber) replace(key, text string) string {
	if u, err := url.Parse(text); err == nil && key == "hosted_link_url" {
		u.Host, u.Path, u.RawQuery = "upstream.example", s.shape(u.Path), ""
		return u.String()
	}
	return s.shape(text)
}

func (s *scrubber) shape(text string) string {
	out := []byte(text)
	var sum []byte
	for i, c := range out {
		if i%sha256.Size == 0 {
			mac := hmac.New(sha256.New, s.key)
			mac.Write(binary.BigEndian.AppendUint32(nil, uint32(i)))
			mac.Write([]byte(text))
			sum = mac.Sum(nil)
		}
		b := sum[i%sha256.Size]
		switch {
		case c >= '0' && c <= '9':
			out[i] = '0' + b%10
		case c >= 'a' && c <= 'z':
			out[i] = 'a' + b%26
		case c >= 'A' && c <= 'Z':
			out[i] = 'A' + b%26
		case c >= 0x80:
			out[i] = 'a' + b%26
		}
	}
	return string(out)
}
