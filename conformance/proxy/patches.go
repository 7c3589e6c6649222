package proxy

import (
	"errors"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Patch is a place where the description is not followed, and why.
type Patch struct {
	Where  string
	Reason string
	apply  func(doc *openapi3.T) error
}

// Patches are all places where the description is not followed. A patch fails to
// apply where what it mends is no longer there, so that none outlives its reason.
var Patches = []Patch{
	{
		Where:  "NumbersIBANNullable",
		Reason: "says type string of what allOf says is an object, which nothing can be both of",
		apply: func(doc *openapi3.T) error {
			s, err := component(doc, "NumbersIBANNullable")
			if err != nil {
				return err
			}
			if !s.Type.Is(openapi3.TypeString) {
				return errMended
			}
			s.Type = &openapi3.Types{openapi3.TypeObject}
			return nil
		},
	},
	{
		Where:  "CategoriesGetRequest",
		Reason: "plaid-go's own suite sends null for this body, and so do apps",
		apply: func(doc *openapi3.T) error {
			s, err := component(doc, "CategoriesGetRequest")
			if err != nil {
				return err
			}
			if s.Nullable {
				return errMended
			}
			s.Nullable = true
			return nil
		},
	},
	{
		Where:  "UserAccountRevokedWebhook",
		Reason: "lacks the error that apps look into, and without which some crash",
		apply: func(doc *openapi3.T) error {
			s, err := component(doc, "UserAccountRevokedWebhook")
			if err != nil {
				return err
			}
			if s.Properties["error"] != nil {
				return errMended
			}
			s.Properties["error"] = doc.Components.Schemas["PlaidError"]
			return nil
		},
	},
	{
		Where:  "/statements/download",
		Reason: "says that its PDF is JSON, which newer descriptions don't",
		apply: func(doc *openapi3.T) error {
			answer := doc.Paths.Value("/statements/download").Post.Responses.Value("200").Value.Content
			pdf := answer["application/json"]
			if pdf == nil {
				return errMended
			}
			delete(answer, "application/json")
			answer["application/pdf"] = pdf
			return nil
		},
	},
	newerField("Security", "figi", openapi3.NewStringSchema()),
	newerField("BankTransferEvent", "receiver_details", openapi3.NewObjectSchema()),
	newerField("CreditSessionDocumentIncomeResult", "num_i20s_uploaded", openapi3.NewIntegerSchema()),
	newerField("RiskCheckEmail", "name", openapi3.NewStringSchema()),
}

var errMended = errors.New("the description has been mended; take the patch away")

// newerField requires a field that later versions of the description have, and
// without which SDKs made from those fail to decode.
func newerField(schema, field string, kind *openapi3.Schema) Patch {
	return Patch{
		Where:  schema + "." + field,
		Reason: "is required by the SDKs for Python since 43 and Node since 47",
		apply: func(doc *openapi3.T) error {
			s, err := component(doc, schema)
			if err != nil {
				return err
			}
			if slices.Contains(s.Required, field) {
				return errMended
			}
			s.Required = append(s.Required, field)
			s.Properties[field] = openapi3.NewSchemaRef("", kind.WithNullable())
			return nil
		},
	}
}
