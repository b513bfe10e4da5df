package scorebox

import (
	"encoding/json/jsontext"
	"sync"

	"scorebox.dev/sdk/internal/jsons"
)

// Settings is the config of one call.
type Settings struct {
	text     string
	defaults defaults
}

// defaults answers the defaults of a schema. It reads the schema once, and only if somebody asks: a plugin starts anew
// for as little as one row.
type defaults func() (map[string]jsontext.Value, error)

func defaultsIn(schema func() string) defaults {
	return sync.OnceValues(func() (map[string]jsontext.Value, error) { return defaultsOf(schema()) })
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

// withDefaults is the config with the defaults of the keys that the user left out.
func (settings Settings) withDefaults() (string, error) {
	defaults, err := settings.defaults()
	if err != nil || len(defaults) == 0 {
		return settings.text, err
	}
	var config map[string]jsontext.Value
	if err := jsons.Unmarshal(settings.text, &config); err != nil {
		return "", err
	}
	isWhole := true
	for key, value := range defaults {
		if _, is := config[key]; !is {
			config[key], isWhole = value, false
		}
	}
	if isWhole {
		return settings.text, nil
	}
	return jsons.Marshal(config)
}

// defaultsOf are the defaults that a schema gives its properties.
func defaultsOf(schema string) (map[string]jsontext.Value, error) {
	var object struct {
		Properties map[string]jsontext.Value `json:"properties"`
	}
	if err := jsons.Unmarshal(schema, &object); err != nil {
		return nil, err
	}
	defaults := map[string]jsontext.Value{}
	for key, property := range object.Properties {
		value, has, err := defaultOf(string(property))
		if err != nil {
			return nil, err
		}
		if has {
			defaults[key] = jsontext.Value(value)
		}
	}
	return defaults, nil
}

// defaultOf is the default that the schema of a property gives. A schema may also be just true or false.
func defaultOf(property string) (value string, has bool, err error) {
	if (JSON{property, ""}).first() != '{' {
		return "", false, nil
	}
	return member(property, "default")
}
