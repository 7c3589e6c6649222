package files

// places are where the things of one sort are, the first that isn't taken first.
type places map[string][]int

// take takes the first of a sort that is free.
func (p places) take(sort string, taken []bool) (int, bool) {
	list := p[sort]
	for len(list) > 0 && taken[list[0]] {
		list = list[1:]
	}
	p[sort] = list
	if len(list) == 0 {
		return 0, false
	}
	taken[list[0]] = true
	return list[0], true
}

// merge puts what one statement tells, fresh, among what is held. What both have is there
// once; what fresh has twice is two. One that is held by the name of a fresh one and says
// something else is replaced. content and name tell what one says and is called by, "" for no
// name; put puts a fresh one in the place of one that is held.
func merge[T any](held, fresh []T, content, name func(*T) string, put func(at *T, fresh T)) []T {
	both, said, named := places{}, places{}, places{}
	for i := range held {
		c, n := content(&held[i]), name(&held[i])
		both[c+"\x00"+n] = append(both[c+"\x00"+n], i)
		said[c] = append(said[c], i)
		if n != "" {
			named[n] = append(named[n], i)
		}
	}
	taken := make([]bool, len(held))
	rest := make([]int, len(fresh))
	says, names := make([]string, len(fresh)), make([]string, len(fresh))
	for i := range fresh {
		rest[i], says[i], names[i] = i, content(&fresh[i]), name(&fresh[i])
	}
	// What is surest comes first: the same in all, then in what is said, then by name.
	for _, find := range []func(c, n string) (int, bool){
		func(c, n string) (int, bool) { return both.take(c+"\x00"+n, taken) },
		func(c, _ string) (int, bool) { return said.take(c, taken) },
		func(_, n string) (int, bool) { return named.take(n, taken) },
	} {
		var left []int
		for _, i := range rest {
			if at, ok := find(says[i], names[i]); ok {
				put(&held[at], fresh[i])
			} else {
				left = append(left, i)
			}
		}
		rest = left
	}
	for _, i := range rest {
		held = append(held, fresh[i])
	}
	return held
}
