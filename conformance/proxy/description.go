// Package proxy is a reverse proxy that holds what passes through it to the
// OpenAPI description of Plaid's API.
//
// The description is the one inside the plaid-go module that this module
// requires, with the mistakes of its own that are listed in Patches put right. On
// top of it stands what Plaid's SDKs in other languages insist on and a schema
// can't say; see Checker.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Module is the module that carries the description.
const Module = "github.com/plaid/plaid-go/v42"

// Description is what Plaid says of its API.
type Description struct {
	doc *openapi3.T
	// errorBody is the schema of a reply that tells of an error.
	errorBody *openapi3.Schema
	// webhooks are the schemas of webhooks, by type and code. Some have several: what
	// clients are sent, and processors.
	webhooks map[webhookName][]*openapi3.Schema
}

// Load reads and patches the description of the required version of Module. It
// must be called from within the module that requires it, and asks the go tool.
func Load(ctx context.Context) (*Description, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", Module)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	dir, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("find %s: %w: %s", Module, err, strings.TrimSpace(stderr.String()))
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "api", "openapi.yaml"))
	if err != nil {
		return nil, err
	}
	return Parse(data)
}

// Parse reads a description and applies the Patches to it.
func Parse(data []byte) (*Description, error) {
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	for _, p := range Patches {
		if err := p.apply(doc); err != nil {
			return nil, fmt.Errorf("patch %s: %w", p.Where, err)
		}
	}
	d := &Description{doc: doc, webhooks: webhookSchemas(doc)}
	if d.errorBody, err = component(doc, "PlaidError"); err != nil {
		return nil, err
	}
	return d, nil
}

// Add has d describe the operations of another description too. It returns an error
// if that is none by OpenAPI's rules, by its own examples, or if d has an
// operation of the same path.
func (d *Description) Add(ctx context.Context, data []byte) error {
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return fmt.Errorf("read the description: %w", err)
	}
	if err := doc.Validate(ctx, openapi3.EnableExamplesValidation()); err != nil {
		return fmt.Errorf("validate the description: %w", err)
	}
	for path, item := range doc.Paths.Map() {
		if d.doc.Paths.Value(path) != nil {
			return fmt.Errorf("%s is described twice", path)
		}
		d.doc.Paths.Set(path, item)
	}
	return nil
}

// Paths returns every path that has a POST operation, in order.
func (d *Description) Paths() []string {
	var paths []string
	for _, path := range d.doc.Paths.InMatchingOrder() {
		if d.doc.Paths.Value(path).Post != nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// Request returns the schema of an operation's request, or nil if there is no
// such operation.
func (d *Description) Request(path string) *openapi3.Schema {
	op := d.operation(path)
	if op == nil || op.RequestBody == nil {
		return nil
	}
	return jsonSchema(op.RequestBody.Value.Content)
}

// Response returns the schema of an operation's answer to a good request, or nil
// if there is no such operation or it isn't JSON.
func (d *Description) Response(path string) *openapi3.Schema {
	op := d.operation(path)
	if op == nil {
		return nil
	}
	r := op.Responses.Value("200")
	if r == nil {
		return nil
	}
	return jsonSchema(r.Value.Content)
}

func (d *Description) operation(path string) *openapi3.Operation {
	item := d.doc.Paths.Value(path)
	if item == nil {
		return nil
	}
	return item.Post
}

func jsonSchema(content openapi3.Content) *openapi3.Schema {
	media := content["application/json"]
	if media == nil || media.Schema == nil {
		return nil
	}
	return media.Schema.Value
}

func component(doc *openapi3.T, name string) (*openapi3.Schema, error) {
	ref := doc.Components.Schemas[name]
	if ref == nil || ref.Value == nil {
		return nil, errors.New("no schema " + name)
	}
	return ref.Value, nil
}
