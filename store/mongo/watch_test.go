package mongo

import (
	"context"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
)

// watch fails the test at any command whose filter leads with neither _id nor
// the first key of a declared index: such a query looks at every document. It
// notes the names of the commands whose filters it looked at.
func watch(t testing.TB, seen *sync.Map) *event.CommandMonitor {
	return &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		for _, f := range filters(e.CommandName, e.Command) {
			seen.Store(e.CommandName, true)
			if !led(e.Command.Lookup(e.CommandName).StringValue(), f) {
				t.Errorf("%s with a filter that no index serves: %s", e.CommandName, f)
			}
		}
	}}
}

// filters are a command's filters.
func filters(name string, command bson.Raw) []bson.Raw {
	var all []bson.Raw
	each := func(list, key string) {
		values, _ := command.Lookup(list).Array().Values()
		for _, v := range values {
			filter, _ := v.Document().Lookup(key).DocumentOK() // nil is one that no index serves
			all = append(all, filter)
		}
	}
	switch name {
	case "find":
		all = append(all, command.Lookup("filter").Document())
	case "findAndModify", "distinct":
		all = append(all, command.Lookup("query").Document())
	case "update":
		each("updates", "q")
	case "delete":
		each("deletes", "q")
	case "aggregate":
		each("pipeline", "$match")
		all = all[:1] // the stages after the first work on what it found
	case "insert", "createIndexes", "listIndexes", "isMaster", "ping", "getMore", "killCursors", "endSessions":
	default:
		all = append(all, bson.Raw(nil)) // unheard of: not served
	}
	return all
}

// led reports whether a filter's first key is _id or an index's first key.
func led(collection string, filter bson.Raw) bool {
	elements, err := filter.Elements()
	if err != nil || len(elements) == 0 {
		return false
	}
	first := elements[0].Key()
	for _, i := range indexes {
		if i.collection == collection && i.keys[0].Key == first {
			return true
		}
	}
	return first == "_id"
}

// TestWatch: the listener finds what it is there to find.
func TestWatch(t *testing.T) {
	raw := func(v any) bson.Raw {
		b, err := bson.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name    string
		command bson.D
		want    bool
	}{
		{"find", bson.D{{Key: "find", Value: heads}, {Key: "filter", Value: bson.D{{Key: "_id", Value: 1}}}}, true},
		{"find", bson.D{{Key: "find", Value: heads}, {Key: "filter", Value: bson.D{{Key: "due", Value: 1}}}}, true},
		{"find", bson.D{{Key: "find", Value: tokens}, {Key: "filter", Value: bson.D{{Key: "due", Value: 1}}}}, false},
		{"find", bson.D{{Key: "find", Value: heads}, {Key: "filter", Value: bson.D{}}}, false},
		{"update", bson.D{{Key: "update", Value: heads}, {Key: "updates", Value: bson.A{bson.D{{Key: "q", Value: bson.D{{Key: "seq", Value: 1}}}}}}}, false},
		{"distinct", bson.D{{Key: "distinct", Value: heads}, {Key: "query", Value: bson.D{}}}, false},
		{"distinct", bson.D{{Key: "distinct", Value: deliveries}, {Key: "query", Value: bson.D{{Key: "state", Value: 1}}}}, true},
		{"mapReduce", bson.D{{Key: "mapReduce", Value: heads}}, false},
	} {
		ok := true
		for _, f := range filters(c.name, raw(c.command)) {
			ok = ok && led(raw(c.command).Lookup(c.name).StringValue(), f)
		}
		if ok != c.want {
			t.Errorf("%v: served %v, want %v", c.command, ok, c.want)
		}
	}
}
