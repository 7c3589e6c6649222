// Command modelgen writes wire types from an OpenAPI description: names, fields
// and constraints, nothing of the prose. The types of models/plaid come from the
// description of Plaid's API that is inside its MIT-licensed Go SDK, those of
// models/gingham from the one beside them.
//
// It is run by go generate in both. With -check it writes nothing and exits with
// status 1 if what is on disk isn't what it would write.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// sdk is the module that carries the description.
const sdk = "github.com/plaid/plaid-go/v42@v42.2.0"

//go:embed operations.txt
var operationsText string

func main() {
	spec := flag.String("spec", "", "path of an OpenAPI description of which all operations get types, "+
		"as its package -package (default: Plaid's, in "+sdk+", of which those of operations.txt do)")
	pkg := flag.String("package", "gingham", "name of the package made from -spec")
	dir := flag.String("dir", ".", "directory of the generated files")
	check := flag.Bool("check", false, "write nothing; fail if the files differ")
	flag.Parse()

	if err := run(*spec, *pkg, *dir, *check); err != nil {
		fmt.Fprintln(os.Stderr, "modelgen:", err)
		os.Exit(1)
	}
}

func run(spec, pkg, dir string, check bool) error {
	files, err := generated(spec, pkg)
	if err != nil {
		return err
	}
	if check {
		return compare(dir, files)
	}
	return write(dir, files)
}

// generated returns the files made from the description at a path, or from
// Plaid's where there is none.
func generated(spec, pkg string) (map[string][]byte, error) {
	if spec != "" {
		doc, err := readDocument(spec)
		if err != nil {
			return nil, err
		}
		return generate(doc, target{pkg: pkg, paths: doc.posts(), segment: 2})
	}
	spec, err := download()
	if err != nil {
		return nil, err
	}
	doc, err := readDocument(spec)
	if err != nil {
		return nil, err
	}
	if err := amend(doc); err != nil {
		return nil, err
	}
	return generate(doc, target{
		pkg: "plaid", paths: operations(operationsText), segment: 1,
		schemas: []string{"PlaidError"}, constants: constants, table: true,
	})
}

// errDownload is returned by download, so that a test can tell a machine without
// the module from a mistake.
var errDownload = errors.New("cannot download the description")

// download returns the path of the description in the module cache.
func download() (string, error) {
	cmd := exec.CommandContext(context.Background(), "go", "mod", "download", "-json", sdk)
	// Outside a module's directory the SDK can't get into its go.sum.
	cmd.Dir = os.TempDir()
	out, err := cmd.Output()
	var module struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &module); err == nil {
		err = jsonErr
	}
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w %s", errDownload, sdk, err, module.Error)
	}
	return filepath.Join(module.Dir, "api", "openapi.yaml"), nil
}

// operations returns the paths in a list of one per line with # comments.
func operations(text string) []string {
	var paths []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			paths = append(paths, line)
		}
	}
	return paths
}

// compare returns an error that names the generated files in dir which aren't
// as they should be.
func compare(dir string, files map[string][]byte) error {
	stale, err := leftovers(dir, files)
	if err != nil {
		return err
	}
	for _, name := range sortedKeys(files) {
		have, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if !bytes.Equal(have, files[name]) {
			stale = append(stale, name)
		}
	}
	if stale != nil {
		return fmt.Errorf("not up to date (run go generate ./models/...): %s", strings.Join(stale, ", "))
	}
	return nil
}

func write(dir string, files map[string][]byte) error {
	stale, err := leftovers(dir, files)
	if err != nil {
		return err
	}
	for _, name := range stale {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// leftovers returns the names of the generated files in dir that are no longer
// generated.
func leftovers(dir string, files map[string][]byte) ([]string, error) {
	have, err := filepath.Glob(filepath.Join(dir, "*_gen*.go"))
	if err != nil {
		return nil, err
	}
	var stale []string
	for _, path := range have {
		if name := filepath.Base(path); files[name] == nil {
			stale = append(stale, name)
		}
	}
	return stale, nil
}
