package mock

// Tokens are the disjoint quantities that one request is billed for.
type Tokens struct {
	Input, CacheRead, CacheWrite5m, CacheWrite1h int64
	Output, Reasoning                            int64
	Searches                                     int64
}

// Reply is what the provider makes of one request.
type Reply struct {
	// Status of the response; 0 is 200. Only a success is billed.
	Status int
	// Model that served, when the request named an alias of it.
	Model string
	// Tier that served; "" is the API's usual answer.
	Tier   string
	Tokens Tokens
	// Cost in USD, for gateways that say what they charge.
	Cost float64
	// ToolCall asks the client to run the tool that its request offered.
	ToolCall bool
}

// Scenario is the behavior of the provider towards one run of a client.
type Scenario struct {
	Name string
	// Provider as the truth spells it.
	Provider string
	// Replies to the requests in their order; the last one is given to all that follow.
	Replies []Reply
	// Cumulative repeats the whole usage at the end of a stream of messages, and not only the output.
	Cumulative bool
}

func (s Scenario) reply(n int) Reply {
	return s.Replies[min(n, len(s.Replies)-1)]
}
