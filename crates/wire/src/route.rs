//! Finding the operation of a REST service by method and path.

use std::collections::HashMap;

use axum::http::Method;
use percent_encoding::percent_decode_str;

/// All path templates of a service.
///
/// The path is cut at `/` before percent escapes are decoded, so an ARN whose slashes are escaped stays one label.
/// A literal segment wins over a label, a label over a greedy label; where the better one has no operation for
/// the method, the next one is tried.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<&'static str, Node>,
    label: Option<Box<Node>>,
    greedy: Vec<Leaf>,
    leaves: Vec<Leaf>,
}

#[derive(Debug)]
struct Leaf {
    method: Method,
    operation: usize,
    labels: Vec<&'static str>,
}

/// An operation found, with the decoded values of its labels.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) operation: usize,
    pub(crate) labels: Vec<(&'static str, String)>,
}

impl Routes {
    /// Adds a template. False if another operation already has this method and shape of path, or if the template
    /// is not well formed.
    pub(crate) fn add(&mut self, method: &Method, template: &'static str, operation: usize) -> bool {
        let Some(rest) = template.strip_prefix('/') else { return false };
        let mut node = &mut self.root;
        let mut labels = Vec::new();
        let mut greedy = false;
        for segment in rest.trim_end_matches('/').split('/') {
            if greedy {
                return false;
            }
            match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => match name.strip_suffix('+') {
                    Some(name) => {
                        greedy = true;
                        labels.push(name);
                    }
                    None => {
                        labels.push(name);
                        node = node.label.get_or_insert_default();
                    }
                },
                None => node = node.literals.entry(segment).or_default(),
            }
        }
        let leaves = if greedy { &mut node.greedy } else { &mut node.leaves };
        if leaves.iter().any(|leaf| leaf.method == *method) {
            return false;
        }
        leaves.push(Leaf { method: method.clone(), operation, labels });
        true
    }

    /// The operation for this method and raw path.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<Found> {
        let rest = path.strip_prefix('/')?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let segments: Vec<&str> = rest.split('/').collect();
        let mut values = Vec::new();
        let leaf = self.root.find(method, &segments, &mut values)?;
        let labels = leaf.labels.iter().copied().zip(values).collect();
        Some(Found { operation: leaf.operation, labels })
    }
}

impl Node {
    fn find(&self, method: &Method, segments: &[&str], values: &mut Vec<String>) -> Option<&Leaf> {
        let Some((first, rest)) = segments.split_first() else {
            return self.leaves.iter().find(|leaf| leaf.method == *method);
        };
        let decoded = percent_decode_str(first).decode_utf8().ok()?;
        if let Some(node) = self.literals.get(decoded.as_ref())
            && let Some(leaf) = node.find(method, rest, values)
        {
            return Some(leaf);
        }
        if decoded.is_empty() {
            return None;
        }
        let depth = values.len();
        if let Some(node) = &self.label {
            values.push(decoded.into_owned());
            if let Some(leaf) = node.find(method, rest, values) {
                return Some(leaf);
            }
            values.truncate(depth);
        }
        let leaf = self.greedy.iter().find(|leaf| leaf.method == *method)?;
        let all = segments.join("/");
        values.push(percent_decode_str(&all).decode_utf8().ok()?.into_owned());
        Some(leaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Routes {
        let mut routes = Routes::default();
        for (index, (method, template)) in [
            (Method::GET, "/users/{InstanceId}/{UserId}"),
            (Method::POST, "/users/{InstanceId}/{UserId}"),
            (Method::GET, "/users/search/{Other}"),
            (Method::GET, "/tags/{resourceArn}"),
            (Method::GET, "/participant/views/{ViewToken+}"),
            (Method::PUT, "/users/{Id}/{User}/status"),
            (Method::GET, "/default/{Name}"),
        ]
        .into_iter()
        .enumerate()
        {
            assert!(routes.add(&method, template, index), "{template}");
        }
        routes
    }

    #[test]
    fn finds_operations_and_decodes_labels() {
        let routes = table();
        let arn = "arn:aws:connect:us-east-1:1:instance/i/queue/q";
        for (method, path, operation, labels) in [
            ("GET", "/users/i/u", 0, vec!["i", "u"]),
            ("POST", "/users/i/u/", 1, vec!["i", "u"]),
            ("GET", "/users/search/u", 2, vec!["u"]),
            ("POST", "/users/search/u", 1, vec!["search", "u"]),
            ("GET", "/tags/arn:aws:connect:us-east-1:1:instance%2Fi%2fqueue%2Fq", 3, vec![arn]),
            ("GET", "/tags/arn%3Aaws%3Aconnect%3Aus-east-1%3A1%3Ainstance%2Fi%2Fqueue%2Fq", 3, vec![arn]),
            ("GET", "/participant/views/a/b%2Fc/d", 4, vec!["a/b/c/d"]),
            ("PUT", "/users/i/u/status", 5, vec!["i", "u"]),
            ("GET", "/default/a%20b+c%C3%A9~%25", 6, vec!["a b+cé~%"]),
        ] {
            let found = routes.find(&Method::from_bytes(method.as_bytes()).unwrap(), path).expect(path);
            let values: Vec<&str> = found.labels.iter().map(|(_, value)| value.as_str()).collect();
            assert_eq!((found.operation, values), (operation, labels), "{method} {path}");
        }
    }

    #[test]
    fn other_paths_are_nobodys() {
        let routes = table();
        for (method, path) in [
            ("GET", "/users/i"),
            ("GET", "/users//u"),
            ("DELETE", "/users/i/u"),
            ("GET", "/users/i/u/status"),
            ("GET", "/"),
            ("GET", ""),
            ("GET", "*"),
            ("GET", "/default/%ff"),
            ("GET", "/participant/views/"),
        ] {
            assert_eq!(
                routes.find(&Method::from_bytes(method.as_bytes()).unwrap(), path),
                None,
                "{method} {path}"
            );
        }
    }

    #[test]
    fn templates_must_differ() {
        let mut routes = table();
        for template in ["/users/{A}/{B}", "no-slash", "/a/{B+}/c"] {
            assert!(!routes.add(&Method::GET, template, 9), "{template}");
        }
    }
}
