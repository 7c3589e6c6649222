package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/store/mongo/mongotest"
)

// TestChaosKill kills the program in the middle of work, again and again, while
// clients change things that it tells of by webhook, and its clock is moved. Every
// change that was acknowledged is told of; one that was cut off is told of if and
// only if it happened; and what is told twice is told in the same words.
//
// GINGHAM_CYCLES is how often it is killed at work, GINGHAM_CHAOS_FAULTS how many of
// a hundred webhooks the receiver fails. GINGHAM_CHAOS_STORE is "" for SQLite,
// "mongodb" for the server of store/mongo/mongotest, or the URL of another.
func TestChaosKill(t *testing.T) {
	c := newChaos(t, program{binary: build(t), store: chaosStore(t), env: chaosEnv}, chaosSetting(t, "GINGHAM_CHAOS_FAULTS", 15))
	for range chaosSetting(t, "GINGHAM_CYCLES", 2) {
		c.cycle()
	}
	c.settle()
	b, wrong := c.reckon()
	c.report(b)
	for _, err := range wrong {
		t.Error(err)
	}
	if most := c.kills * inFlight; b.duplicates > most {
		t.Errorf("%d duplicates, of at most %d", b.duplicates, most)
	}
}

// TestChaosKillSeesLoss is the negative control: where events are written after the
// commits that they tell of, some are missed.
func TestChaosKillSeesLoss(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program")
	}
	c := newChaos(t, brokenProgram(t, "events", sqliteStore(t), chaosEnv...), 15)
	for range 20 {
		for range 2 {
			c.cycle()
		}
		c.settle()
		b, wrong := c.reckon()
		lost := slices.IndexFunc(wrong, func(err error) bool { return strings.Contains(err.Error(), "lost: ") })
		if lost >= 0 {
			c.report(b)
			t.Logf("%d faults were found, as they should be; one of them: %v", len(wrong), wrong[lost])
			return
		}
	}
	t.Errorf("after %d kills nobody misses what was lost", c.kills)
}

func chaosSetting(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// chaosStore is the store that the run is asked for.
func chaosStore(t testing.TB) string {
	t.Helper()
	switch name := os.Getenv("GINGHAM_CHAOS_STORE"); name {
	case "":
		return sqliteStore(t)
	case "mongodb":
	default:
		t.Setenv(mongotest.Env, name)
	}
	return mongotest.URI(t)
}

func sqliteStore(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "g.db") }

// chaosEnv has background work looked for often, as a program that is killed does
// not live long, and webhooks sent at once.
var chaosEnv = []string{
	"GINGHAM_LOG_LEVEL=warn", "GINGHAM_LEDGER_SCHEDULE=100ms", "GINGHAM_WEBHOOKS_GRACE=0s", "GINGHAM_SANDBOX_LOGIN_LASTS=0s",
}
