package openapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// Document is what is said of an API as a whole.
type Document struct {
	Title, Version, About string
	Server                string // address beneath which its addresses lie
	Token                 string // what the bearer token is, for operations whose actor matters
	Problem               any    // zero value of what every failure is answered with
	InPath                []Parameter
}

// Operation is what can be asked at an address.
type Operation struct {
	Route   string // as ServeMux has it: "GET /api/v1/places/{place}"
	ID      string
	Summary string
	Takes   []Parameter
	Sends   any  // zero value of the JSON that is sent; nil: none
	Form    any  // zero value of the form that may be sent in its stead
	Gives   any  // zero value of the answer
	Status  int  // of that; 200 where it is 0
	Actor   bool // who asks matters: a token may be brought
}

// Parameter is one of an address: of its path, where its name is in the route,
// or of its query.
type Parameter struct {
	Name  string
	About string
	Value Schema
}

type object = map[string]any

// Describe writes what can be asked as a document.
func (d Document) Describe(operations []Operation) json.RawMessage {
	known := shapes{}
	failed := object{"description": "What went wrong.", "content": object{"application/problem+json": object{"schema": known.of(reflect.TypeOf(d.Problem))}}}
	paths := map[string]object{}
	for _, o := range operations {
		method, path, _ := strings.Cut(o.Route, " ")
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path][strings.ToLower(method)] = o.describe(known, d.InPath)
	}
	written, err := json.Marshal(object{
		"openapi": "3.1.1",
		"info": object{
			"title": d.Title, "version": d.Version, "description": d.About,
			"license": object{"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
		},
		"servers": []object{{"url": cmp.Or(d.Server, "/")}},
		"paths":   paths,
		"components": object{
			"schemas": known, "responses": object{"Problem": failed},
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer", "description": d.Token}},
		},
	})
	if err != nil {
		panic(fmt.Sprintf("openapi: %v", err)) // a table that can't be written is a fault of the build
	}
	return written
}

func (o Operation) describe(known shapes, inPath []Parameter) object {
	status := cmp.Or(o.Status, http.StatusOK)
	success := object{"description": http.StatusText(status), "content": object{"application/json": object{"schema": known.of(reflect.TypeOf(o.Gives))}}}
	answers := object{fmt.Sprint(status): success, "default": object{"$ref": "#/components/responses/Problem"}}
	made := object{"operationId": o.ID, "summary": o.Summary, "responses": answers}
	if strings.HasPrefix(o.Route, "GET ") {
		answers["304"] = object{"description": "It is what If-None-Match names."}
	}
	if takes := o.parameters(inPath); len(takes) > 0 {
		made["parameters"] = takes
	}
	content := object{}
	if o.Sends != nil {
		content["application/json"] = object{"schema": strict(known, o.Sends)}
	}
	if o.Form != nil {
		content["multipart/form-data"] = object{"schema": known.of(reflect.TypeOf(o.Form))}
	}
	if len(content) > 0 {
		made["requestBody"] = object{"required": true, "content": content}
	}
	if o.Actor {
		made["security"] = []object{{}, {"token": []string{}}}
	}
	return made
}

// strict is the schema of what is sent, of which nothing unknown is taken.
func strict(known shapes, sent any) Schema {
	s := known.of(reflect.TypeOf(sent))
	name := strings.TrimPrefix(s.Ref, "#/components/schemas/")
	shape, no := known[name], false
	shape.Further = &no
	known[name] = shape
	return s
}

// parameters are those of the path, then those of the query.
func (o Operation) parameters(inPath []Parameter) []object {
	var all []object
	for _, p := range inPath {
		if strings.Contains(o.Route, "{"+p.Name+"}") {
			all = append(all, object{"name": p.Name, "in": "path", "required": true, "description": p.About, "schema": p.Value})
		}
	}
	for _, p := range o.Takes {
		all = append(all, object{"name": p.Name, "in": "query", "description": p.About, "schema": p.Value})
	}
	return all
}
