package proxy

import (
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"
)

// webhookName is the type and the code of a webhook, as TRANSACTIONS and
// SYNC_UPDATES_AVAILABLE.
type webhookName struct{ kind, code string }

// quoted is how the description says what a constant is: `ITEM`, or `"ITEM"`.
var quoted = regexp.MustCompile("^`\"?([A-Z0-9_]+)\"?`")

// webhookSchemas finds the schemas of webhooks: the description has them beside
// its operations, each with its type and its code in the text of the two fields.
func webhookSchemas(doc *openapi3.T) map[webhookName][]*openapi3.Schema {
	found := map[webhookName][]*openapi3.Schema{}
	for _, ref := range doc.Components.Schemas {
		kind, code := constant(ref.Value, "webhook_type"), constant(ref.Value, "webhook_code")
		if kind != "" && code != "" {
			name := webhookName{kind, code}
			found[name] = append(found[name], ref.Value)
		}
	}
	return found
}

// constant returns what the description says is always the value of a field, or "".
func constant(s *openapi3.Schema, field string) string {
	ref := s.Properties[field]
	if ref == nil {
		return ""
	}
	if m := quoted.FindStringSubmatch(ref.Value.Description); m != nil {
		return m[1]
	}
	return ""
}

// Webhook returns what is wrong with the body of a webhook. Where the description
// has several forms of it, that is what is wrong with the likeliest.
func (c *Checker) Webhook(body []byte) []Violation {
	unnamed := &findings{direction: Webhook}
	v, err := decode(body)
	if err != nil {
		unnamed.add("", err.Error())
		return unnamed.list
	}
	object, _ := v.(map[string]any)
	kind, _ := object["webhook_type"].(string)
	code, _ := object["webhook_code"].(string)
	schemas := c.Description.webhooks[webhookName{kind, code}]
	if len(schemas) == 0 {
		unnamed.path = kind + " " + code
		unnamed.add("", "the description has no such webhook")
		return unnamed.list
	}
	var fewest *findings
	for _, schema := range schemas {
		f := &findings{path: kind + " " + code, direction: Webhook}
		f.body(body, schema, openapi3.VisitAsResponse())
		f.webhookError(object["error"])
		if fewest == nil || len(f.list) < len(fewest.list) {
			fewest = f
		}
	}
	return fewest.list
}

// webhookError looks for what the errors of webhooks have and others haven't, of
// which the description says so in words only. nil is no error.
func (f *findings) webhookError(v any) {
	object, ok := v.(map[string]any)
	if !ok {
		return
	}
	if _, ok := object["status"]; !ok {
		f.add("/error/status", "is always there in a webhook's error")
	}
	if _, ok := object["request_id"]; ok {
		f.add("/error/request_id", "is there although nobody has asked")
	}
}
