package ofx

import (
	"slices"
	"strings"
)

// node is an element: one with a value, or an aggregate of others.
type node struct {
	name  string // in capitals
	value string // without space around it
	// pos is where its tag begins in the text.
	pos  int
	kids []*node
	// read says that it is a row that was taken.
	read bool
}

// child is the first element of that name within n, or nil.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// at follows names down from n; nil if one isn't there.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		n = n.child(name)
	}
	return n
}

// text is the value at names down from n, or "".
func (n *node) text(names ...string) string {
	if n = n.at(names...); n != nil {
		return n.value
	}
	return ""
}

// walk calls f for every element below n, in the order of the file.
func (n *node) walk(f func(*node)) {
	for _, k := range n.kids {
		f(k)
		k.walk(f)
	}
}

// all are the elements of those names at any depth below n, in the order of the file.
func (n *node) all(names ...string) []*node {
	var found []*node
	n.walk(func(k *node) {
		if slices.Contains(names, k.name) {
			found = append(found, k)
		}
	})
	return found
}

// oneLine makes single spaces of any white space in a value.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
