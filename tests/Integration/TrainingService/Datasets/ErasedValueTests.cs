using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

/// <summary>What somebody's rows said is in the lists of values too, which every model trained later publishes.</summary>
public sealed class ErasedValueTests
{
    private DatasetCaller owner = null!, contributor = null!;

    [SetUp]
    public async Task ComeAsync() => (owner, contributor) = (await DatasetCaller.NewAsync(), await DatasetCaller.NewAsync("analyst"));

    [TearDown]
    public void Leave()
    {
        owner.Dispose();
        contributor.Dispose();
    }

    [Test]
    public async Task Values_and_classes_that_only_they_had_go_with_a_persons_rows()
    {
        var dataset = await owner.CreateAsync();
        await owner.PostCsvAsync(dataset, "x,town,label\n1,Rome,yes\n2,Oslo,no\n").ReadAsync();
        await contributor.PostCsvAsync(dataset, "x,town,label\n3,Rome,yes\n4,12 Private Lane,no\n5,,a secret\n").ReadAsync();
        await owner.PostCsvAsync(dataset, "x,town,label\n6,Bonn,perhaps\n").ReadAsync();

        await DatasetServices.Training.EraseFromDatasetsAsync(contributor.Subject);

        Assert.That(await TownsAsync(dataset), Is.EqualTo(new[] { "Rome", "Oslo", "erased-2", "Bonn" }), "each keeps its index");
        Assert.That(await ClassesAsync(dataset), Is.EqualTo(new[] { "yes", "no", "perhaps" }));
        Assert.That((await owner.LabelsAsync(dataset)).Select(row => row!["values"]!.Text("town")), Is.EquivalentTo(new[] { "Rome", "Oslo", "Bonn" }), "the others say what they said");

        await owner.PostCsvAsync(dataset, "x,town,label\n7,12 Private Lane,a secret\n8,Kyiv,no\n").ReadAsync(); // somebody else may say the same
        Assert.That(await TownsAsync(dataset), Is.EqualTo(new[] { "Rome", "Oslo", "erased-2", "Bonn", "12 Private Lane", "Kyiv" }));
        Assert.That(await ClassesAsync(dataset), Is.EqualTo(new[] { "yes", "no", "perhaps", "a secret" }));
    }

    [Test]
    public async Task What_takes_their_place_is_no_value_that_is_there()
    {
        var dataset = await owner.CreateAsync();
        await owner.PostCsvAsync(dataset, "x,town,label\n1,Rome,yes\n2,erased-2,no\n").ReadAsync();
        await contributor.PostCsvAsync(dataset, "x,town,label\n3,12 Private Lane,yes\n").ReadAsync();
        await DatasetServices.Training.EraseFromDatasetsAsync(contributor.Subject);
        Assert.That(await TownsAsync(dataset), Is.EqualTo(new[] { "Rome", "erased-2", "erased-2-2" }));
    }

    [Test]
    public async Task A_value_that_a_row_of_a_snapshot_has_stays()
    {
        var dataset = await owner.CreateAsync();
        await owner.PostCsvAsync(dataset, "x,town,label\n1,Rome,yes\n2,Oslo,no\n").ReadAsync();
        await owner.SnapshotAsync(dataset);
        var oslo = (await owner.LabelsAsync(dataset)).Single(row => row!["values"]!.Text("town") == "Oslo")!.Text("id");
        await owner.Http.DeleteAsync($"{dataset}/labels/{oslo}").StatusAsync();
        await contributor.PostCsvAsync(dataset, "x,town,label\n3,12 Private Lane,yes\n").ReadAsync();

        await DatasetServices.Training.EraseFromDatasetsAsync(contributor.Subject);

        Assert.That(await TownsAsync(dataset), Is.EqualTo(new[] { "Rome", "Oslo", "erased-2" }));
        Assert.That(await ClassesAsync(dataset), Is.EqualTo(new[] { "yes", "no" }));
    }

    [Test]
    public async Task Values_that_the_schema_gave_are_its_owners_and_stay()
    {
        var dataset = await owner.CreateAsync(schema: """{"columns": [{"name": "plan", "type": "category", "values": ["free", "pro"]}], "label": {"type": "binary", "values": ["no", "yes"]}}""");
        await contributor.PostCsvAsync(dataset, "plan,label\npro,yes\n").ReadAsync();
        await DatasetServices.Training.EraseFromDatasetsAsync(contributor.Subject);
        Assert.That(await ValuesAsync(dataset, schema => schema["columns"]![0]!), Is.EqualTo(new[] { "free", "pro" }));
        Assert.That(await ClassesAsync(dataset), Is.EqualTo(new[] { "no", "yes" }));
    }

    private Task<string[]> TownsAsync(string dataset) => ValuesAsync(dataset, schema => schema["columns"]!.AsArray().Single(column => column!.Text("name") == "town")!);

    private Task<string[]> ClassesAsync(string dataset) => ValuesAsync(dataset, schema => schema["label"]!);

    private async Task<string[]> ValuesAsync(string dataset, Func<JsonNode, JsonNode> of)
    {
        var schema = (await owner.GetAsync(dataset))["dataset"]!["schema"]!;
        return [.. of(schema)["values"]!.AsArray().Select(value => value!.GetValue<string>())];
    }
}
