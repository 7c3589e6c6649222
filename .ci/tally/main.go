// Command tally reads what `go test -json` prints and makes it short for a log:
// a line per package, the output of what failed, and what was skipped and why. It adds
// the numbers to a file, of which `tally -sum` makes the last line of a CI run.
//
//	go test -json ./... | go run ./.ci/tally -to counts
//	go run ./.ci/tally -sum counts
//
// Every test and every subtest counts once. A package that fails without a
// failed test (it did not build, or ended early) counts as one failure. It ends with status
// 1 if anything failed, if nothing passed, or, with -no-skips, if anything was skipped.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is a line of `go test -json`; see go doc cmd/test2json.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// count is how the tests of a run came out.
type count struct{ passed, failed, skipped int }

func main() {
	to := flag.String("to", "", "a file to add the counts to")
	sum := flag.String("sum", "", "print the sum of the counts in this file, and nothing else")
	noSkips := flag.Bool("no-skips", false, "fail if a test was skipped")
	flag.Parse()
	if err := run(*to, *sum, *noSkips); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
}

func run(to, sum string, noSkips bool) error {
	if sum != "" {
		return printSum(sum)
	}
	c, err := read(os.Stdin, os.Stdout)
	if err != nil {
		return err
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", c.passed, c.failed, c.skipped)
	if to != "" {
		f, err := os.OpenFile(to, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the caller names it
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(f, c.passed, c.failed, c.skipped)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	switch {
	case c.failed > 0:
		return errors.New("tests failed")
	case c.passed == 0:
		return errors.New("no test was run")
	case noSkips && c.skipped > 0:
		return errors.New("tests were skipped that must not be")
	}
	return nil
}

// read counts events until their end. What is no event is passed on.
func read(in io.Reader, out io.Writer) (count, error) {
	var c count
	output := map[string][]string{} // by package, and by package and test
	failures := map[string]int{}    // by package
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if line == "" && err != nil {
			if errors.Is(err, io.EOF) {
				return c, nil
			}
			return c, err
		}
		var e event
		if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
			fmt.Fprint(out, line)
			continue
		}
		name := e.Package + " " + e.Test
		switch e.Action {
		case "build-output":
			fmt.Fprint(out, e.Output)
		case "output":
			output[name] = append(output[name], e.Output)
		case "pass", "fail", "skip":
			verdict(out, &c, e, output[name], failures)
			delete(output, name)
		}
	}
}

// verdict counts how a test or a package came out, and tells of what matters.
func verdict(out io.Writer, c *count, e event, output []string, failures map[string]int) {
	text := strings.Join(output, "")
	switch {
	case e.Test != "" && e.Action == "pass":
		c.passed++
	case e.Test != "" && e.Action == "skip":
		c.skipped++
		fmt.Fprint(out, text)
	case e.Test != "":
		c.failed++
		failures[e.Package]++
		fmt.Fprint(out, text)
	case e.Action == "fail":
		if failures[e.Package] == 0 {
			c.failed++
		}
		fmt.Fprint(out, text)
	case e.Action == "pass":
		fmt.Fprintf(out, "ok    %s  %.1fs\n", e.Package, e.Elapsed)
	}
}

func printSum(path string) error {
	f, err := os.Open(path) //nolint:gosec // the caller names it
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	var sum count
	for {
		var c count
		_, err := fmt.Fscanln(f, &c.passed, &c.failed, &c.skipped)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		sum.passed += c.passed
		sum.failed += c.failed
	}
	fmt.Printf("%d passed, %d failed\n", sum.passed, sum.failed)
	return nil
}
