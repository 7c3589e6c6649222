package main

import (
	"fmt"
	"maps"
	"os"

	"github.com/gingham-dev/gingham/providers"
)

// enabled is the setting that each provider has besides its own: false is as if the
// provider were not named.
const enabled = "enabled"

// sources are the settings of the providers that are to be there. In a text ${NAME}
// stands for that variable of the environment, so that a secret need not be in a file.
func (c *Config) sources() (map[string]providers.Settings, error) {
	out := map[string]providers.Settings{}
	for name, block := range c.Providers {
		on, given := block[enabled]
		if on, isBool := on.(bool); given && !isBool {
			return nil, fmt.Errorf("config: providers.%s.enabled must be true or false", name)
		} else if given && !on {
			continue
		}
		settings := providers.Settings(maps.Clone(block))
		delete(settings, enabled)
		for key, value := range settings {
			text, ok := value.(string)
			if !ok {
				continue
			}
			var missing string
			settings[key] = os.Expand(text, func(variable string) string {
				v, ok := os.LookupEnv(variable)
				if !ok {
					missing = variable
				}
				return v
			})
			if missing != "" {
				return nil, fmt.Errorf("config: providers.%s.%s names %s, which is not in the environment", name, key, missing)
			}
		}
		out[name] = settings
	}
	return out, nil
}
