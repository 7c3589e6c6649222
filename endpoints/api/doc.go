// Package api is what every endpoint stands on: it turns an HTTP request into a
// typed call and its result, or its error, into Plaid's JSON.
//
// An endpoint is a function and a line in its group's routes:
//
//	func (g *Group) Routes() []api.Route {
//		return []api.Route{
//			api.Handle("/item/get", api.ItemAuth, g.get).AnswersBroken(),
//		}
//	}
//
//	func (g *Group) get(ctx context.Context, c *api.Caller, req *plaid.ItemGetRequest) (*plaid.ItemGetResponse, error)
//
// It knows neither Echo nor JSON. Before it is called, in this order, the body
// was read and decoded, the credentials had the right shape and were a client's,
// no field was missing, unknown or wrong, and the token was good. A request that
// fails several of these is told of the first. In the sandbox a tester may then
// have it go wrong on purpose (see Fault).
//
// Errors that a client should see come from models/plaiderr. Any other error is
// answered as INTERNAL_SERVER_ERROR, and its text goes to the log only.
package api
