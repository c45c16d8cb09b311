package main

// printConfig prints every setting as it would be taken here and now.
func printConfig(c *call) error {
	cfg, err := c.settings("config", nil, nil)
	if err != nil {
		return err
	}
	return cfg.Print(c.out)
}
