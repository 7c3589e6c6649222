// Package mongotest finds a MongoDB server for tests to run on: the one that
// MONGODB_URI names, or else mongo-java-server, a server in memory that
// `make mongo-test-server` fetches and that runs as a child process.
package mongotest

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Env is the variable that names a server to use instead of the one in memory.
const Env = "MONGODB_URI"

// ErrNone is returned where there is no server to be had.
var ErrNone = errors.New("no MongoDB to test on: set " + Env + ", or install java and run `make mongo-test-server`")

// startWithin is how long the server in memory may take to start.
const startWithin = 30 * time.Second

// Start returns the URI of a server, and a function that ends it. A server that
// MONGODB_URI names is left as it is. It returns ErrNone where there is none.
func Start() (uri string, stop func(), err error) {
	if uri := os.Getenv(Env); uri != "" {
		return uri, func() {}, nil
	}
	target, err := targetDir()
	if err != nil {
		return "", nil, err
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return "", nil, fmt.Errorf("%w (java: %w)", ErrNone, err)
	}
	classes := filepath.Join(target, "classes") + string(os.PathListSeparator) + filepath.Join(target, "lib", "*")
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g", "-cp", classes, "Main") //nolint:gosec // our own program
	// The server ends when its standard input does: also when this process is killed.
	in, err := cmd.StdinPipe()
	if err != nil {
		cancel()
		return "", nil, fmt.Errorf("mongotest: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return "", nil, fmt.Errorf("mongotest: %w", err)
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return "", nil, fmt.Errorf("mongotest: starting the server: %w", err)
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			_ = in.Close()
			cancel()
			_ = cmd.Wait()
		})
	}
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		lines <- strings.TrimSpace(line)
	}()
	select {
	case uri = <-lines:
	case <-time.After(startWithin):
	}
	if !strings.HasPrefix(uri, "mongodb://") {
		stop()
		return "", nil, fmt.Errorf("mongotest: the server did not start; it said %q", uri)
	}
	return uri, stop, nil
}

// targetDir is where `make mongo-test-server` puts the server: in the checkout
// that the working directory lies in.
func targetDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("mongotest: %w", err)
	}
	for {
		server := filepath.Join(dir, "store", "mongo", "testserver")
		if _, err := os.Stat(filepath.Join(server, "pom.xml")); err == nil {
			target := filepath.Join(server, "target")
			if _, err := os.Stat(filepath.Join(target, "classes", "Main.class")); err != nil {
				return "", ErrNone
			}
			return target, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", ErrNone
		}
		dir = up
	}
}

// shared is the one server of a test process. It ends with the process.
var shared = sync.OnceValues(func() (string, error) {
	uri, _, err := Start()
	return uri, err
})

// URI is the URI of an empty database of the test's own, which is dropped at its
// end. It skips the test where there is no server.
func URI(t testing.TB) string {
	t.Helper()
	server, err := shared()
	if errors.Is(err, ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := "gingham_test_" + strings.ToLower(rand.Text())
	t.Cleanup(func() { drop(t, server, name) })
	return withDatabase(server, name)
}

// drop removes a database.
func drop(t testing.TB, uri, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	client, err := driver.Connect(options.Client().ApplyURI(uri))
	if err == nil {
		err = errors.Join(client.Database(name).Drop(ctx), client.Disconnect(ctx))
	}
	if err != nil {
		t.Logf("dropping %s: %v", name, err)
	}
}

// withDatabase is uri with the given database in place of its own.
func withDatabase(uri, name string) string {
	uri, query, asked := strings.Cut(uri, "?")
	scheme, rest, _ := strings.Cut(uri, "://")
	hosts, _, _ := strings.Cut(rest, "/")
	uri = scheme + "://" + hosts + "/" + name
	if asked {
		uri += "?" + query
	}
	return uri
}
