package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// sample is what one slice of load measured.
type sample struct {
	requests  int
	elapsed   time.Duration
	cpu       time.Duration // of the server; 0 where it can't be read
	latencies []time.Duration
}

// perRequest is the server's CPU time for one request.
func (s sample) perRequest() time.Duration {
	if s.requests == 0 {
		return 0
	}
	return s.cpu / time.Duration(s.requests)
}

func (s sample) rps() float64 { return float64(s.requests) / s.elapsed.Seconds() }

func (s sample) percentile(p float64) time.Duration {
	if len(s.latencies) == 0 {
		return 0
	}
	slices.Sort(s.latencies)
	return s.latencies[int(p*float64(len(s.latencies)-1))]
}

// load sends requests, in turn, over n connections for a while.
func load(ctx context.Context, base string, process *child, requests [][]byte, n int, d time.Duration) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var s sample
	var before time.Duration
	var err error
	if process != nil {
		if before, err = process.cpu(); err != nil {
			return s, err
		}
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	start := time.Now()
	for worker := range n {
		wg.Go(func() {
			latencies, err := drive(ctx, base, requests, worker)
			mu.Lock()
			defer mu.Unlock()
			s.latencies = append(s.latencies, latencies...)
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	s.elapsed, s.requests = time.Since(start), len(s.latencies)
	if failed != nil || process == nil {
		return s, failed
	}
	after, err := process.cpu()
	s.cpu = after - before
	return s, err
}

// drive is one connection's work. The client is as cheap as it can be, so that
// the server and not the client is what is measured.
func drive(ctx context.Context, base string, requests [][]byte, first int) (latencies []time.Duration, err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	in := bufio.NewReaderSize(conn, 64<<10)
	for i := first; ctx.Err() == nil; i++ {
		start := time.Now()
		if _, err := conn.Write(requests[i%len(requests)]); err != nil {
			return latencies, err
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return latencies, err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		if closeErr := resp.Body.Close(); err != nil || closeErr != nil {
			return latencies, errors.Join(err, closeErr)
		}
		if resp.StatusCode != http.StatusOK {
			return latencies, fmt.Errorf("a request was answered %s", resp.Status)
		}
		latencies = append(latencies, time.Since(start))
	}
	return latencies, nil
}

// raw is the bytes of a request.
func raw(path string, body []byte) []byte {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, len(body))
	return append([]byte(head), body...)
}
