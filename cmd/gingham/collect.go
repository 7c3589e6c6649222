package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// heapFloor is what the heap may grow to, beyond the caches, before garbage is collected.
	heapFloor = 32 << 20
	// leastGrowth and mostGrowth bound the growth between collections, in percent of what is live.
	leastGrowth, mostGrowth = 50, 400
)

// collectLess has garbage collected seldom while little is live: a server that
// answers from its caches has a small heap, which Go would collect thousands of
// times a minute. Beyond a heap of heapFloor and the caches it is as Go does by
// itself. GOGC says otherwise where it is set.
func collectLess(caches int) {
	if os.Getenv("GOGC") != "" {
		return
	}
	var again func(target uint64)
	again = func(target uint64) {
		debug.SetGCPercent(growth(liveHeap(), target))
		// Something that nobody holds lives until the next collection.
		runtime.AddCleanup(new([16]byte), again, target)
	}
	again(uint64(heapFloor + caches))
}

// growth is by how much of live the heap may grow, in percent, to reach target.
func growth(live, target uint64) int {
	if live == 0 || target/live > mostGrowth/100 {
		return mostGrowth
	}
	if live >= target {
		return leastGrowth
	}
	return min(mostGrowth, max(leastGrowth, int((target-live)*100/live)))
}

// liveHeap is what the last collection found in use, in bytes.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
