// Package gingham holds the bodies of the sandbox's control API, the operations
// under /gingham/, as Go structs, and its OpenAPI description, from which they are
// generated. They are like those of models/plaid.
package gingham

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:generate go run ../../cmd/modelgen -spec openapi.yaml -package gingham

//go:embed openapi.yaml
var description []byte

// OpenAPI returns the OpenAPI 3.0 description of the control API as JSON. The slice
// is shared: do not change it.
var OpenAPI = sync.OnceValue(func() []byte {
	var doc any
	if err := yaml.Unmarshal(description, &doc); err != nil {
		panic(fmt.Sprintf("gingham: the description is no YAML: %v", err)) // it is a part of the program
	}
	text, err := json.Marshal(doc)
	if err != nil {
		panic(fmt.Sprintf("gingham: the description can't be JSON: %v", err))
	}
	return text
})
