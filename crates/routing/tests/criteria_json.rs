//! Routing criteria as JSON: what is read, what is refused, how it is printed; and how often they change.

mod support;

use model::Timestamp;
use routing::criteria::{
    Criteria, CriteriaError, CriteriaLog, Expression, Shape, Source, Step, StepStatus, read, read_steps,
    write,
};
use serde_json::{Value, json};
use support::*;

fn condition(name: &str, value: &str, level: impl Into<Value>) -> Value {
    json!({"AttributeCondition": {
        "Name": name, "Value": value, "ProficiencyLevel": level.into(),
        "ComparisonOperator": "NumberGreaterOrEqualTo"
    }})
}

/// The example of spec 04 §14.36.
fn example() -> Value {
    json!({"Steps": [
        {"Expression": {"AndExpression": [condition("Language", "English", 4), condition("Technology", "Kinesis", 2)]},
         "Expiry": {"DurationInSeconds": 30}},
        {"Expression": condition("Language", "English", 1)}
    ]})
}

#[test]
fn reads_the_example() {
    let expected = vec![
        Step::new(all(&[("Language", "English", 4.0), ("Technology", "Kinesis", 2.0)]), Some(30)),
        Step::new(all(&[("Language", "English", 1.0)]), None),
    ];
    assert_eq!(read_steps(&example(), Source::Manual), Ok(expected.clone()));
    // Numbers as text and keys in the other spelling, as flows and functions write them.
    let text = example().to_string().replace("\"ProficiencyLevel\":4", "\"ProficiencyLevel\":\"4.0\"");
    let text = text.replace("\"DurationInSeconds\":30", "\"DurationInSeconds\":\"30\"");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(read_steps(&value, Source::Dynamic), Ok(expected.clone()));
    let camel: Value = serde_json::from_str(
        &text
            .replace("\"Steps\"", "\"steps\"")
            .replace("\"Expression\"", "\"expression\"")
            .replace("\"And", "\"and"),
    )
    .expect("JSON");
    assert_eq!(read_steps(&camel, Source::Dynamic), Ok(expected));
}

#[test]
fn or_is_for_dynamic_criteria() {
    let or = json!({"Steps": [{"Expression": {"OrExpression": [
        condition("Language", "English", 4),
        {"AndExpression": [condition("Language", "French", 2), condition("Technology", "Kinesis", 1)]}
    ]}}]});
    assert_eq!(read_steps(&or, Source::Manual), Err(CriteriaError::OrNotAllowed));
    let steps = read_steps(&or, Source::Dynamic).expect("valid steps");
    let shown = "Language(English) >= 4 OR (Language(French) >= 2 AND Technology(Kinesis) >= 1)";
    assert_eq!(steps[0].expression.to_string(), shown);
    // A node with several members asks for all of them.
    let both = json!({"Steps": [{"Expression": {
        "AndExpression": [condition("A", "a", 1)], "OrExpression": [condition("B", "b", 1), condition("C", "c", 1)]
    }}]});
    let steps = read_steps(&both, Source::Dynamic).expect("valid steps");
    assert_eq!(steps[0].expression.to_string(), "(A(a) >= 1) AND (B(b) >= 1 OR C(c) >= 1)");
    assert_eq!(steps[0].expression.alternatives().len(), 2);
}

#[test]
fn refuses_by_name_what_does_not_fit() {
    let step = |expression: Value| json!({"Steps": [{"Expression": expression}]});
    let and = |count: usize| step(json!({"AndExpression": vec![condition("A", "a", 1); count]}));
    let or = |count: usize| step(json!({"OrExpression": vec![condition("A", "a", 1); count]}));
    let timed = |count: usize| {
        let step = json!({"Expression": condition("A", "a", 1), "Expiry": {"DurationInSeconds": 1}});
        json!({"Steps": vec![step; count]})
    };
    let expiring = |seconds: Value| json!({"Steps": [{"Expression": condition("A", "a", 1), "Expiry": {"DurationInSeconds": seconds}}]});
    let duration = Err(CriteriaError::Malformed { member: "DurationInSeconds" });
    let mut less = condition("A", "a", 1);
    less["AttributeCondition"]["ComparisonOperator"] = "NumberLessThan".into();
    let two_or = json!({"AndExpression": [
        {"OrExpression": [condition("A", "a", 1)]}, {"OrExpression": [condition("B", "b", 1)]}
    ]});
    let text = |length: usize| "x".repeat(length);
    for (value, expected) in [
        (timed(1), Ok(1)),
        (timed(5), Ok(5)),
        (timed(0), Err(CriteriaError::StepCount(0))),
        (timed(6), Err(CriteriaError::StepCount(6))),
        (json!({}), Err(CriteriaError::Malformed { member: "Steps" })),
        (json!(null), Err(CriteriaError::Malformed { member: "Steps" })),
        (json!({"Steps": [{}]}), Err(CriteriaError::Malformed { member: "Expression" })),
        (step(json!({})), Err(CriteriaError::Malformed { member: "Expression" })),
        (step(json!("A")), Err(CriteriaError::Malformed { member: "Expression" })),
        (
            json!({"Steps": [{"Expression": condition("A", "a", 1)}, {"Expression": condition("A", "a", 1)}]}),
            Err(CriteriaError::MissingExpiry { step: 0 }),
        ),
        (and(8), Ok(1)),
        (and(9), Err(CriteriaError::ConditionCount(9))),
        (and(0), Err(CriteriaError::ConditionCount(0))),
        (or(3), Ok(1)),
        (or(4), Err(CriteriaError::AlternativeCount(4))),
        (step(two_or), Err(CriteriaError::SeveralOr)),
        (
            step(
                json!({"AndExpression": [{"AndExpression": vec![condition("A", "a", 1); 8]}, condition("B", "b", 1)]}),
            ),
            Err(CriteriaError::ConditionCount(9)),
        ),
        (step(condition("A", "a", 5.0)), Ok(1)),
        (step(condition("A", "a", "1.0")), Ok(1)),
        (step(condition("A", "a", 0.9)), Err(CriteriaError::Level(0.9))),
        (step(condition("A", "a", 5.5)), Err(CriteriaError::Level(5.5))),
        (step(condition("A", "a", "high")), Err(CriteriaError::Malformed { member: "ProficiencyLevel" })),
        (step(condition(&text(64), &text(64), 1)), Ok(1)),
        (step(condition(&text(65), "a", 1)), Err(CriteriaError::TextLength { member: "Name" })),
        (step(condition("A", "", 1)), Err(CriteriaError::TextLength { member: "Value" })),
        (step(less), Err(CriteriaError::Operator("NumberLessThan".to_owned()))),
        (
            step(json!({"NotAttributeCondition": {}})),
            Err(CriteriaError::Unsupported("NotAttributeCondition".to_owned())),
        ),
        (expiring(json!(0)), Ok(1)),
        (expiring(json!(-1)), duration.clone()),
        (expiring(json!(1.5)), duration.clone()),
        (expiring(json!("soon")), duration),
    ] {
        let read = read_steps(&value, Source::Dynamic).map(|steps| steps.len());
        assert_eq!(read, expected, "{value}");
    }
    let nan = read_steps(&step(condition("A", "a", "NaN")), Source::Dynamic);
    assert!(matches!(nan, Err(CriteriaError::Level(level)) if level.is_nan()));
}

/// The shape of spec 06 §6.5: one step over, the next in force.
#[test]
fn prints_event_record_and_api_shapes() {
    let steps = vec![
        (all(&[("Location", "AZ", 3.0)]), Some(50)),
        (all(&[("Language", "Spanish", 4.0), ("Location", "AZ", 1.0)]), Some(10)),
        (all(&[("Language", "Spanish", 2.0)]), None),
    ];
    let mut criteria = criteria(steps);
    criteria.activate(at(1_700_000_000));
    criteria.expire(at(1_700_000_051));
    let event = json!({
        "activationTimestamp": "2023-11-14T22:13:20Z", "index": 0,
        "steps": [
            {"status": "EXPIRED",
             "expiry": {"durationInSeconds": 50, "expiryTimestamp": "2023-11-14T22:14:10Z"},
             "expression": {"attributeCondition": {"name": "Location", "value": "AZ", "proficiencyLevel": 3.0,
                "comparisonOperator": "NumberGreaterOrEqualTo"}}},
            {"status": "ACTIVE",
             "expiry": {"durationInSeconds": 10, "expiryTimestamp": "2023-11-14T22:14:20Z"},
             "expression": {"andExpression": [
                {"attributeCondition": {"name": "Language", "value": "Spanish", "proficiencyLevel": 4.0,
                    "comparisonOperator": "NumberGreaterOrEqualTo"}},
                {"attributeCondition": {"name": "Location", "value": "AZ", "proficiencyLevel": 1.0,
                    "comparisonOperator": "NumberGreaterOrEqualTo"}}]}},
            {"status": "INACTIVE",
             "expression": {"attributeCondition": {"name": "Language", "value": "Spanish", "proficiencyLevel": 2.0,
                "comparisonOperator": "NumberGreaterOrEqualTo"}}}
        ]
    });
    assert_eq!(write(&criteria, Shape::Event), event);
    let record = write(&criteria, Shape::Record);
    assert_eq!(record["ActivationTimestamp"], "2023-11-14T22:13:20Z");
    assert_eq!(record["Steps"][1]["Status"], "ACTIVE");
    assert_eq!(
        record["Steps"][0]["Expiry"],
        json!({"DurationInSeconds": 50, "ExpiryTimestamp": "2023-11-14T22:14:10Z"})
    );
    assert_eq!(record["Steps"][1]["Expression"]["AndExpression"][0], condition("Language", "Spanish", 4.0));
    let api = write(&criteria, Shape::Api);
    assert_eq!(api["ActivationTimestamp"], json!(1_700_000_000.0));
    assert_eq!(api["Steps"][0]["Expiry"]["ExpiryTimestamp"], json!(1_700_000_050.0));
    for shape in [Shape::Event, Shape::Record, Shape::Api] {
        assert_eq!(read(&write(&criteria, shape)), Ok(criteria.clone()), "{shape:?}");
    }
    // The published sample leaves the expiry of the active step out; it follows from the step before.
    let mut sample = write(&criteria, Shape::Event);
    sample["steps"][1]["expiry"] = json!({"durationInSeconds": 10});
    assert_eq!(read(&sample), Ok(criteria));
}

#[test]
fn stored_criteria_are_checked() {
    let mut criteria = criteria(vec![(all(&[("A", "a", 1.0)]), Some(5)), (all(&[("A", "a", 1.0)]), None)]);
    criteria.activate(at(10));
    let stored = serde_json::to_value(&criteria).expect("JSON");
    assert_eq!(serde_json::from_value::<Criteria>(stored.clone()).expect("as stored"), criteria);
    for (pointer, value) in [
        ("/steps", json!([])),
        ("/steps/1/status", json!("ACTIVE")),
        ("/activated_at", json!(null)),
        ("/steps/0/expression", json!({"And": []})),
        ("/steps/0/duration_s", json!(null)),
    ] {
        let mut broken = stored.clone();
        *broken.pointer_mut(pointer).expect("a member") = value;
        assert!(serde_json::from_value::<Criteria>(broken).is_err(), "{pointer}");
    }
}

#[test]
fn steps_pass_through_their_statuses() {
    let fresh = criteria(vec![(all(&[("A", "a", 2.0)]), Some(5)), (all(&[("A", "a", 1.0)]), Some(0))]);
    let mut running = fresh.clone();
    assert_eq!(running.join(at(0)), None, "not active yet");
    assert_eq!(running.activate(at(10)).len(), 1);
    assert_eq!(running.activate(at(20)), [], "active since 10 s");
    assert_eq!((running.next_expiry(), running.active_step_at(at(14))), (Some(at(15)), Some(0)));
    assert_eq!(running.active_step_at(at(15)), None, "the second step takes no time at all");
    for (end, expected) in [
        (Criteria::join as fn(&mut Criteria, Timestamp) -> _, StepStatus::Joined),
        (Criteria::interrupt, StepStatus::Interrupted),
        (Criteria::deactivate, StepStatus::Deactivated),
    ] {
        let mut ended = running.clone();
        assert_eq!(end(&mut ended, at(12)).map(|change| (change.step, change.to)), Some((0, expected)));
        assert_eq!(
            (ended.active_step(), ended.expire(at(99)), end(&mut ended, at(99))),
            (None, vec![], None)
        );
        assert_eq!(ended.restarted(), fresh);
    }
    assert_eq!(running.expire(at(14)), []);
    assert_eq!(running.expire(at(99)).iter().map(|change| change.at).collect::<Vec<_>>(), [at(15); 3]);
}

#[test]
fn criteria_change_twice_at_most() {
    let steps = |level: f32| vec![Step::new(Expression::attribute("A", "a", level), None)];
    let mut log = CriteriaLog::default();
    for (index, level) in [(0, 5.0), (1, 4.0), (2, 3.0)] {
        assert_eq!(log.set(steps(level)).map(Criteria::index), Ok(index));
    }
    assert_eq!(log.set(steps(2.0)), Err(CriteriaError::TooManyChanges));
    assert_eq!(log.entries().len(), 3);
    let mut joined = log.current().expect("criteria").clone();
    joined.activate(at(1));
    joined.join(at(2));
    assert!(log.record(&joined));
    assert_eq!(log.current(), Some(&joined));
    // Another queue begins a new segment: from the first step, with two changes to come.
    let mut next = log.for_next_queue();
    assert_eq!(next.current().map(|c| (c.index(), c.activated_at(), c.active_step())), Some((0, None, None)));
    assert!(next.set(steps(2.0)).is_ok() && next.set(steps(1.0)).is_ok() && next.set(steps(1.0)).is_err());
    assert!(!CriteriaLog::default().record(&joined));
}
