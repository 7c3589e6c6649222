package server

import (
	"context"
	"time"
)

// resealBatch is how many Items are looked at at a time, resealPause how long to wait
// in between: there is no hurry, and people are served meanwhile.
const (
	resealBatch = 100
	resealPause = 10 * time.Millisecond
)

// reseal seals all connections that are sealed with an older key anew, once, and then waits
// until ctx is done. What was sealed while it was under way has the new key already.
func (s *Server) reseal(ctx context.Context) {
	if resealed, failed, err := s.Reseal(ctx); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "connections were not sealed anew", "error", err)
	} else if resealed+failed > 0 {
		s.log.InfoContext(ctx, "connections were sealed anew", "items", resealed, "failed", failed)
	}
	<-ctx.Done()
}

// Reseal seals the connections of all Items with the key that seals now, where they are
// sealed with an older one, and says how many it sealed and how many it could not. It can be
// broken off and begun again. Errors are the store's.
func (s *Server) Reseal(ctx context.Context) (resealed, failed int, err error) {
	clients, err := s.Store.ListClients(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, c := range clients {
		items, err := s.Store.ListItems(ctx, c.ID, "", resealBatch)
		for ; err == nil && len(items) > 0; items, err = s.Store.ListItems(ctx, c.ID, items[len(items)-1], resealBatch) {
			for _, item := range items {
				done, err := s.Ledger.Reseal(ctx, c.ID, item)
				switch {
				case ctx.Err() != nil:
					return resealed, failed, ctx.Err()
				case err != nil:
					failed++
					s.log.WarnContext(ctx, "connection was not sealed anew", "item_id", item, "error", err)
				case done:
					resealed++
				}
			}
			select {
			case <-ctx.Done():
				return resealed, failed, ctx.Err()
			case <-time.After(resealPause):
			}
		}
		if err != nil {
			return resealed, failed, err
		}
	}
	return resealed, failed, nil
}
