package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is the part of an OpenAPI 3.0 description that matters here.
type document struct {
	Paths map[string]struct {
		Post *operation `yaml:"post"`
	} `yaml:"paths"`
	Components struct {
		Schemas   map[string]*schema `yaml:"schemas"`
		Responses map[string]body    `yaml:"responses"`
	} `yaml:"components"`
}

type operation struct {
	OperationID string          `yaml:"operationId"`
	RequestBody body            `yaml:"requestBody"`
	Responses   map[string]body `yaml:"responses"`
}

type body struct {
	Ref     string `yaml:"$ref"`
	Content map[string]struct {
		Schema *schema `yaml:"schema"`
	} `yaml:"content"`
}

// json returns the name of the schema of a JSON body.
func (b body) json() (string, error) {
	s := b.Content["application/json"].Schema
	if s == nil || s.Ref == "" {
		return "", fmt.Errorf("no named schema for application/json")
	}
	return refName(s.Ref), nil
}

type schema struct {
	Ref                  string             `yaml:"$ref"`
	Type                 string             `yaml:"type"`
	Format               string             `yaml:"format"`
	Nullable             bool               `yaml:"nullable"`
	Enum                 []*string          `yaml:"enum"`
	Properties           map[string]*schema `yaml:"properties"`
	Required             []string           `yaml:"required"`
	AdditionalProperties additional         `yaml:"additionalProperties"`
	Items                *schema            `yaml:"items"`
	AllOf                []*schema          `yaml:"allOf"`
	OneOf                []*schema          `yaml:"oneOf"`
	AnyOf                []*schema          `yaml:"anyOf"`
	Pattern              string             `yaml:"pattern"`
	Minimum              *float64           `yaml:"minimum"`
	Maximum              *float64           `yaml:"maximum"`
	ExclusiveMinimum     bool               `yaml:"exclusiveMinimum"`
	ExclusiveMaximum     bool               `yaml:"exclusiveMaximum"`
	MinLength            int                `yaml:"minLength"`
	MaxLength            int                `yaml:"maxLength"`
	MinItems             int                `yaml:"minItems"`
	MaxItems             int                `yaml:"maxItems"`
}

// refName is what a reference refers to, by its name among the components.
func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// additional is additionalProperties: a boolean, or the schema of the values.
type additional struct {
	Allowed bool
	Schema  *schema
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (a *additional) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&a.Allowed)
	}
	a.Allowed = true
	return node.Decode(&a.Schema)
}

// posts are the paths of all operations, in order.
func (d *document) posts() []string {
	return slices.DeleteFunc(sortedKeys(d.Paths), func(path string) bool { return d.Paths[path].Post == nil })
}

func readDocument(path string) (*document, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	doc := new(document)
	if err := yaml.Unmarshal(data, doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, path := range doc.posts() {
		responses := doc.Paths[path].Post.Responses
		for status, b := range responses {
			if b.Ref != "" {
				responses[status] = doc.Components.Responses[refName(b.Ref)]
			}
		}
	}
	return doc, nil
}

// newlyRequired are fields that SDKs made from later descriptions than ours
// insist on, though null will do. Ours doesn't have them at all.
var newlyRequired = []struct {
	schema, property string
	as               schema
}{
	{"BankTransferEvent", "receiver_details", schema{Nullable: true}},
	{"CreditSessionDocumentIncomeResult", "num_i20s_uploaded", schema{Type: "integer", Nullable: true}},
	{"RiskCheckEmail", "name", schema{Nullable: true}},
	{"Security", "figi", schema{Type: "string", Nullable: true}},
}

// amend makes Plaid's description say what its SDKs and its documentation say.
func amend(doc *document) error {
	for _, n := range newlyRequired {
		s := doc.Components.Schemas[n.schema]
		if s == nil {
			return fmt.Errorf("no schema %s to amend", n.schema)
		}
		if s.Properties[n.property] == nil {
			s.Properties[n.property] = &n.as
		}
		s.Required = append(s.Required, n.property)
	}
	// The description of /sandbox/item/fire_webhook has it among the types, the
	// schema has not.
	identity := "IDENTITY"
	types := doc.Components.Schemas["WebhookType"]
	if types == nil {
		return fmt.Errorf("no schema WebhookType to amend")
	}
	if !slices.ContainsFunc(types.Enum, func(v *string) bool { return v != nil && *v == identity }) {
		types.Enum = append(types.Enum, &identity)
	}
	return nil
}
