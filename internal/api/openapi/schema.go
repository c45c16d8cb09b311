package openapi

import (
	"reflect"
	"strings"
	"time"
)

// Schema is a JSON Schema of the dialect that OpenAPI 3.1 has (2020-12), as far
// as it is needed here.
type Schema struct {
	Ref        string            `json:"$ref,omitempty"`
	Type       string            `json:"type,omitempty"`
	Format     string            `json:"format,omitempty"`
	Media      string            `json:"contentMediaType,omitempty"`
	About      string            `json:"description,omitempty"`
	Enum       []string          `json:"enum,omitempty"`
	Properties map[string]Schema `json:"properties,omitempty"`
	Required   []string          `json:"required,omitempty"`
	Further    *bool             `json:"additionalProperties,omitempty"`
	Items      *Schema           `json:"items,omitempty"`
	Minimum    *int64            `json:"minimum,omitempty"`
	Maximum    *int64            `json:"maximum,omitempty"`
	MaxLength  *int64            `json:"maxLength,omitempty"`
	Default    any               `json:"default,omitempty"`
	Examples   []any             `json:"examples,omitempty"`
}

// shapes are the schemas of Go types, each under its name.
type shapes map[string]Schema

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)

// of is the schema of a type. Structs are put among the shapes and referred to.
func (all shapes) of(t reflect.Type) Schema {
	switch {
	case t == timeType:
		return Schema{Type: "string", Format: "date-time"}
	case t == bytesType:
		return Schema{Media: "application/octet-stream"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return all.of(t.Elem())
	case reflect.Slice:
		items := all.of(t.Elem())
		return Schema{Type: "array", Items: &items}
	case reflect.Map:
		return Schema{Type: "object"}
	case reflect.Struct:
		name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
		if _, known := all[name]; !known {
			all[name] = Schema{} // so that a type within itself ends
			all[name] = all.object(t)
		}
		return Schema{Ref: "#/components/schemas/" + name}
	case reflect.Bool:
		return Schema{Type: "boolean"}
	case reflect.String:
		return Schema{Type: "string"}
	case reflect.Float64:
		return Schema{Type: "number"}
	case reflect.Int64:
		return Schema{Type: "integer", Format: "int64"}
	case reflect.Int:
		return Schema{Type: "integer"}
	}
	panic("openapi: no schema for " + t.String())
}

// object is the schema of a struct, with the fields of those embedded in it.
func (all shapes) object(t reflect.Type) Schema {
	made := Schema{Type: "object", Properties: map[string]Schema{}}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			embedded := all.object(f.Type)
			for name, s := range embedded.Properties {
				made.Properties[name] = s
			}
			made.Required = append(made.Required, embedded.Required...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		s := all.of(f.Type)
		s.About = f.Tag.Get("doc")
		if format := f.Tag.Get("format"); format != "" {
			s.Format = format
		}
		if example := f.Tag.Get("example"); example != "" {
			s.Examples = []any{example}
		}
		if enum := f.Tag.Get("enum"); enum != "" {
			s.Enum = strings.Split(enum, ",")
		}
		made.Properties[name] = s
		if options == "" {
			made.Required = append(made.Required, name)
		}
	}
	return made
}
