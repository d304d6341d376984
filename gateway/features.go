package gateway

// RESTOnly lists what the definition uses that an HTTP API does not have, in
// words: a lower price there is no saving while one of these is needed
// (developer guide, http-api-vs-rest, "Choose between REST APIs and HTTP APIs").
func (c *Config) RESTOnly() []string {
	if c.Kind != REST {
		return nil
	}
	var features []string
	for _, r := range c.Routes {
		if r.APIKeyRequired {
			features = append(features, "API keys")
			break
		}
	}
	if len(c.UsagePlans) > 0 {
		features = append(features, "usage plans")
	}
	return features
}

// AccountLimit is the account's limit in the region: AWS's default where the
// definition gives none.
func (c *Config) AccountLimit() Throttle {
	if c.Account == nil {
		return accountDefault
	}
	return *c.Account
}
