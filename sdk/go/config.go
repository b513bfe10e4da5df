package scorebox

import (
	"encoding/json/jsontext"

	"scorebox.dev/sdk/internal/jsons"
)

// Settings is the config of one call.
type Settings struct {
	text   string
	schema func() string
}

// Config reads the config into what a pointer points to, as [encoding/json/v2] does. A key that the user left out has
// the default that the schema gives it.
func (settings Settings) Config(into any) error {
	text, err := settings.withDefaults()
	if err == nil {
		err = jsons.Unmarshal(text, into)
	}
	if err != nil {
		return InvalidConfig(err.Error())
	}
	return nil
}

// RawConfig answers the config as the user wrote it, without defaults.
func (settings Settings) RawConfig() RawJSON { return RawJSON(settings.text) }

// withDefaults is the config with the defaults of the schema's properties.
func (settings Settings) withDefaults() (string, error) {
	var schema struct {
		Properties map[string]jsontext.Value `json:"properties"`
	}
	if err := jsons.Unmarshal(settings.schema(), &schema); err != nil {
		return "", err
	}
	var config map[string]jsontext.Value
	for key, property := range schema.Properties {
		value, has, err := defaultOf(string(property))
		if err != nil {
			return "", err
		}
		if !has {
			continue
		}
		if config == nil {
			if err := jsons.Unmarshal(settings.text, &config); err != nil {
				return "", err
			}
		}
		if _, is := config[key]; !is {
			config[key] = jsontext.Value(value)
		}
	}
	if config == nil {
		return settings.text, nil
	}
	return jsons.Marshal(config)
}

// defaultOf is the default that the schema of a property gives. A schema may also be just true or false.
func defaultOf(property string) (value string, has bool, err error) {
	if (JSON{property, ""}).first() != '{' {
		return "", false, nil
	}
	return member(property, "default")
}
