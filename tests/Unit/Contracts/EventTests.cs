using System.Text.Json;
using System.Text.RegularExpressions;
using InferenceSuite.Contracts;
using NUnit.Framework;
using ServiceDefaults.Outbox;

namespace Unit.Contracts;

[TestFixture]
public sealed partial class EventTests
{
    private static readonly Type[] EventRecords =
        [.. typeof(Events).Assembly.GetExportedTypes().Where(type => type.IsDefined(typeof(EventTypeAttribute), inherit: false))];

    [TestCaseSource(nameof(EventRecords))]
    public void Every_event_has_a_routing_key_in_the_past_tense_form(Type record) =>
        Assert.That(Events.TypeOf(record), Does.Match(RoutingKey()));

    [Test]
    public void No_two_events_share_a_routing_key() =>
        Assert.That(EventRecords.Select(Events.TypeOf), Is.Unique);

    [Test]
    public void Contracts_depend_on_nothing_but_the_runtime() =>
        Assert.That(typeof(Events).Assembly.GetReferencedAssemblies().Select(a => a.Name), Has.All.StartsWith("System."));

    [Test]
    public void What_is_not_known_is_absent_rather_than_null()
    {
        var made = new PredictionMade(
            Guid.CreateVersion7(), Guid.CreateVersion7(), "caller", "m", "1", "tabular-regression", null, null, 0.5, null,
            new PredictionInput("row"), new PredictionTimings(0, 0, 0, 0, 0, 1), DateTimeOffset.UnixEpoch);

        var json = JsonSerializer.SerializeToElement(made, EventJson.Options);

        Assert.That(json.TryGetProperty("label", out _), Is.False);
        Assert.That(json.GetProperty("score").GetDouble(), Is.EqualTo(0.5));
    }

    [GeneratedRegex("^[a-z]+\\.[a-z]+(\\.v[0-9]+)?$")]
    private static partial Regex RoutingKey();
}
