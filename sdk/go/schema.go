package scorebox

import (
	"encoding/json/v2"
	"reflect"
	"strings"

	"scorebox.dev/sdk/internal/jsons"
)

// Schema is a JSON Schema (2020-12), as text. The host checks every config against it before the first row.
//
// Where a config is a struct, its schema is made from the fields: from their types, their `json` tags, and the tags
//
//	doc:"Whether white space is ignored."   what a person reads
//	default:"false"                         the value when the key is left out: JSON, or plain text for a string
//	enum:"short,long"                       the only values
//	minimum:"0" maximum:"1"                 bounds of a number
//	minLength:"1" pattern:"^a" format:"uri" what a text is like; format:"scorebox-model" marks the alias of a model
//
// A key must be there unless it has a default, is a pointer, or its json tag says omitzero or omitempty. Keys that no
// field has are refused.
type Schema string

// SchemaOf is the schema that is made from a struct, such as one that a model is to answer with.
func SchemaOf[T any]() Schema {
	var zero T
	return Schema(schemaOf("SchemaOf", zero))
}

const noSettings = `{"type":"object","additionalProperties":false}`

// schemaOf is the schema of what [Scorer.Config] holds. It panics where there is none, as Register does.
func schemaOf(name string, config any) string {
	switch config := config.(type) {
	case nil:
		return noSettings
	case Schema:
		if err := json.Unmarshal([]byte(config), new(map[string]any)); err != nil {
			refuseIf(true, "the schema of %q is no JSON object: %v", name, err)
		}
		return string(config)
	}
	schema, err := jsons.Marshal(typeSchema(name, reflect.TypeOf(config)))
	refuseIf(err != nil, "the schema of %q: %v", name, err)
	return schema
}

type object = map[string]any

var anyType = reflect.TypeFor[any]()
var rawType = reflect.TypeFor[RawJSON]()

// Describer is a type that knows its own schema, where its fields would not tell it.
type Describer interface {
	// JSONSchema answers the schema.
	JSONSchema() Schema
}

func typeSchema(name string, described reflect.Type) any {
	if describer, is := reflect.Zero(described).Interface().(Describer); is && described.Kind() != reflect.Pointer {
		return RawJSON(describer.JSONSchema())
	}
	if described == anyType || described == rawType {
		return object{}
	}
	switch described.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Pointer:
		return typeSchema(name, described.Elem())
	case reflect.Slice, reflect.Array:
		return object{"type": "array", "items": typeSchema(name, described.Elem())}
	case reflect.Map:
		refuseIf(described.Key().Kind() != reflect.String, "the schema of %q: a map has keys that are no texts", name)
		return object{"type": "object", "additionalProperties": typeSchema(name, described.Elem())}
	case reflect.Struct:
		return structSchema(name, described)
	default:
		refuseIf(true, "the schema of %q: %s has no JSON form", name, described)
		return nil
	}
}

func structSchema(name string, described reflect.Type) object {
	properties, required := object{}, []string{}
	for index := range described.NumField() {
		field := described.Field(index)
		key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		refuseIf(field.Anonymous, "the schema of %q: %s embeds %s; name the field", name, described, field.Type)
		if !field.IsExported() || key == "-" {
			continue
		}
		if key == "" {
			key = field.Name
		}
		property, ok := typeSchema(name, field.Type).(object)
		if !ok {
			property = object{}
			refuseIf(jsons.Unmarshal(string(typeSchema(name, field.Type).(RawJSON)), &property) != nil,
				"the schema of %q: the schema of %s is no object", name, field.Type)
		}
		addTags(name, field, property)
		properties[key] = property
		_, hasDefault := property["default"]
		optional := field.Type.Kind() == reflect.Pointer || strings.Contains(options, "omit")
		if !hasDefault && !optional {
			required = append(required, key)
		}
	}
	schema := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

func addTags(name string, field reflect.StructField, property object) {
	if doc := field.Tag.Get("doc"); doc != "" {
		property["description"] = doc
	}
	isText := property["type"] == "string"
	for _, tag := range []string{"default", "minimum", "maximum", "minLength", "pattern", "format"} {
		text, has := field.Tag.Lookup(tag)
		if !has {
			continue
		}
		if tag == "pattern" || tag == "format" || tag == "default" && isText {
			property[tag] = text
			continue
		}
		property[tag] = tagValue(name, field, tag, text)
	}
	if list, has := field.Tag.Lookup("enum"); has {
		var values []any
		for value := range strings.SplitSeq(list, ",") {
			if isText {
				values = append(values, value)
			} else {
				values = append(values, tagValue(name, field, "enum", value))
			}
		}
		property["enum"] = values
	}
}

func tagValue(name string, field reflect.StructField, tag, text string) any {
	var value any
	err := jsons.Unmarshal(text, &value)
	refuseIf(err != nil, "the schema of %q: the tag %s of %s is no JSON: %s", name, tag, field.Name, text)
	return value
}
