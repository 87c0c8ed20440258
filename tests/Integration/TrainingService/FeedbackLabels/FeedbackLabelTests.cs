using System.Net;
using System.Text.Json.Nodes;
using InferenceSuite.Contracts;
using Integration.StorageService;
using Integration.TrainingService.Datasets;
using NUnit.Framework;
using TestSupport;

namespace Integration.TrainingService.FeedbackLabels;

public class FeedbackLabelTests
{
    private readonly Queue<string> models = new();
    private readonly string visitor = Guid.CreateVersion7().ToString();
    private PackageFolder packages = null!;
    private StorageApplication storage = null!;
    private FakeInputs inputs = null!;
    private TrainingApplication training = null!;
    private DatasetCaller owner = null!;
    private string dataset = null!, model = null!;
    private DateTimeOffset time = DateTimeOffset.UtcNow;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        packages = new PackageFolder();
        for (var i = 0; i < 20; i++)
        {
            models.Enqueue(PackageFolder.NewModelName());
            packages.Write(models.Last(), "1");
        }
        storage = await StorageApplication.StartNewAsync();
        inputs = await FakeInputs.StartNewAsync();
        training = await TrainingApplication.StartReadyAsync(packages, storage, settings: new Dictionary<string, string> { ["services:inference-0:http:0"] = inputs.Address });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await training.DisposeAsync();
        await inputs.DisposeAsync();
        await storage.DisposeAsync();
        packages.Dispose();
    }

    /// <summary>A data set with a row of each of two classes.</summary>
    [SetUp]
    public async Task CreateAsync()
    {
        var subject = Guid.CreateVersion7().ToString();
        (owner, model) = (new DatasetCaller(await training.ClientInRoleAsync(subject, "admin", "train"), subject), models.Dequeue());
        dataset = await owner.CreateAsync();
        await owner.PostCsvAsync(dataset, "a,c,label\n1,x,cat\n9,y,dog\n").ReadAsync();
    }

    [TearDown]
    public void Leave() => owner.Dispose();

    [Test]
    public async Task A_correction_becomes_a_label_with_what_was_predicted_on()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        await SayAsync(prediction, correct: false, label: "dog");

        var row = await SeeRowAsync(prediction, "the label is there", seen => seen is not null);
        Assert.That(row!["values"]!.ToJsonString(), Is.EqualTo("""{"a":5,"c":"x"}"""));
        Assert.That((row.Text("label"), row.Text("source"), row["trusted"]!.GetValue<bool>()), Is.EqualTo(("dog", "labelling", false)));
        Assert.That((await owner.GetAsync(dataset))["changes"]![0]!.Text("caller"), Is.EqualTo(visitor), "it is the caller's, whose erasure takes it");
        await SeeCountsAsync("1 labelled", counts => counts["labelled"]!.GetValue<int>() == 1);
    }

    [Test]
    public async Task What_was_right_is_a_label_too()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        await SayAsync(prediction, correct: true, predicted: "cat");
        Assert.That((await SeeRowAsync(prediction, "the label is there", seen => seen is not null))!.Text("label"), Is.EqualTo("cat"));
    }

    [Test]
    public async Task The_same_event_twice_makes_one_label_and_an_earlier_one_that_comes_late_undoes_nothing()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        var (first, second) = (Said(prediction, label: "cat"), Said(prediction, label: "dog"));
        foreach (var said in new[] { first, second, second, first })
            await SendAsync(said);
        await SeeRowAsync(prediction, "the later word", seen => seen?.Text("label") == "dog");
        await FenceAsync();
        Assert.That((await RowAsync(prediction))!.Text("label"), Is.EqualTo("dog"));
        Assert.That((await owner.GetAsync(dataset))["dataset"]!["labels"]!.GetValue<int>(), Is.EqualTo(4), "two rows, this one, and the fence");
    }

    [Test]
    public async Task Changed_feedback_changes_the_label_and_without_an_answer_takes_it_away()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "dog");
        var row = await SeeRowAsync(prediction, "the first word", seen => seen?.Text("label") == "dog");
        await SayAsync(prediction, label: "cat");
        var changed = await SeeRowAsync(prediction, "the second word", seen => seen?.Text("label") == "cat");
        Assert.That(changed!.Text("id"), Is.EqualTo(row!.Text("id")), "it is the same row");
        await SayAsync(prediction, correct: false);
        await SeeRowAsync(prediction, "nobody knows", seen => seen is null);
    }

    [Test]
    public async Task Feedback_that_is_taken_back_takes_its_label_along()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "dog");
        await SeeRowAsync(prediction, "the label is there", seen => seen is not null);
        await TakeBackAsync(prediction);
        await SeeRowAsync(prediction, "it is gone", seen => seen is null);
        Assert.That((await owner.GetAsync(dataset))["dataset"]!["labels"]!.GetValue<int>(), Is.EqualTo(2));
    }

    [Test]
    public async Task Feedback_that_comes_after_it_was_taken_back_makes_no_label()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        var said = Said(prediction, label: "dog");
        await TakeBackAsync(prediction);
        await Eventually.IsTrueAsync(async () => await training.QueryAsync<long>($"SELECT count(*) FROM feedback_labels WHERE prediction = '{prediction}' AND outcome = 'removed'") == 1, "it is noted", () => training.Log);
        await SendAsync(said);
        await FenceAsync();
        Assert.That(await RowAsync(prediction), Is.Null);
    }

    [Test]
    public async Task For_review_it_is_an_item_with_what_the_caller_suggests()
    {
        await PutPolicyAsync("review");
        var (suggested, wrong) = (Predicted(5), Predicted(6));
        await SayAsync(suggested, label: "dog");
        await SayAsync(wrong, correct: false);

        var item = await SeeRowAsync(suggested, "the item waits", seen => seen is not null);
        Assert.That((item!["label"], item.Text("suggestion"), item.Text("source")), Is.EqualTo(((JsonNode?)null, "dog", "predictions")));
        Assert.That((await SeeRowAsync(wrong, "the other waits too", seen => seen is not null))!["suggestion"], Is.Null, "nobody said what would be right");
        Assert.That((await owner.GetAsync(dataset))["dataset"]!["unlabelled"]!.GetValue<int>(), Is.EqualTo(2));

        await owner.PutLabelAsync(dataset, item.Text("id"), "\"cat\"").ReadAsync();
        await SayAsync(suggested, label: "dog", correct: false);
        await FenceAsync();
        Assert.That((await RowAsync(suggested))!.Text("label"), Is.EqualTo("cat"), "who looked decides");
    }

    [Test]
    public async Task A_label_that_the_data_set_does_not_have_waits_for_somebody_to_look()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "unicorn");
        var item = await SeeRowAsync(prediction, "the item waits", seen => seen is not null);
        Assert.That((item!["label"], item.Text("suggestion")), Is.EqualTo(((JsonNode?)null, "unicorn")));
        await SeeCountsAsync("1 waiting", counts => counts["waiting"]!.GetValue<int>() == 1);
    }

    [TestCase("off")]
    [TestCase(null)]
    public async Task Without_a_policy_that_says_so_feedback_is_none_of_the_data_set_s_business(string? use)
    {
        await PutPolicyAsync(use ?? "auto");
        if (use is null)
            await owner.Http.DeleteAsync($"{dataset}/policy").StatusAsync();
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "dog");
        await PutPolicyAsync("auto");
        await FenceAsync();
        Assert.That(await RowAsync(prediction), Is.Null);
    }

    [TestCase("""{"a": 5}""", "'c'", TestName = "A_column_is_missing")]
    [TestCase("""{"a": 5, "c": "x", "b": 1}""", "'b'", TestName = "A_column_is_too_many")]
    [TestCase("""{"a": "five", "c": "x"}""", "'a'", TestName = "A_value_is_of_another_type")]
    public async Task A_row_that_does_not_fit_is_counted_with_its_reason(string row, string names)
    {
        await PutPolicyAsync("auto");
        await SayAsync(inputs.Add(visitor, row), label: "dog");
        var counts = await SeeCountsAsync("1 skipped", seen => seen["skipped"]!.GetValue<int>() == 1);
        Assert.That(counts.Text("lastReason"), Does.Contain(names));
    }

    [Test]
    public async Task What_is_not_kept_any_more_or_belongs_to_somebody_else_is_skipped()
    {
        await PutPolicyAsync("auto");
        await SayAsync(Guid.CreateVersion7(), label: "dog");
        await SayAsync(inputs.Add("somebody-else", """{"a": 5, "c": "x"}"""), label: "dog");
        await SeeCountsAsync("2 skipped", counts => counts["skipped"]!.GetValue<int>() == 2);
    }

    [Test]
    public async Task A_row_that_the_data_set_knows_already_is_a_duplicate()
    {
        await PutPolicyAsync("auto");
        await SayAsync(inputs.Add(visitor, """{"a": 1, "c": "x"}"""), label: "cat");
        await SeeCountsAsync("1 duplicate", counts => counts["duplicate"]!.GetValue<int>() == 1);
    }

    [Test]
    public async Task While_InferenceService_is_away_feedback_waits()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        inputs.IsAway = true;
        await SayAsync(prediction, label: "dog");
        await Eventually.IsTrueAsync(async () => await training.QueryAsync<long>($"SELECT count(*) FROM feedback_labels WHERE prediction = '{prediction}' AND attempts > 0 AND outcome IS NULL") == 1, "it was tried", () => training.Log);
        inputs.IsAway = false;
        await SeeRowAsync(prediction, "the label is there", seen => seen?.Text("label") == "dog");
    }

    [Test]
    public async Task Classes_that_are_numbers_are_numbers()
    {
        dataset = await owner.CreateAsync();
        await owner.PostJsonAsync(dataset, """[{"a": 1, "c": "x", "label": 0}, {"a": 9, "c": "y", "label": 1}]""").ReadAsync();
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "1");
        var row = await SeeRowAsync(prediction, "the label is there", seen => seen?["label"] is not null);
        Assert.That(row!["label"]!.ToJsonString(), Is.EqualTo("1"));
        await SayAsync(prediction, label: "0");
        await SeeRowAsync(prediction, "it is changed", seen => seen!["label"]!.ToJsonString() == "0");
    }

    [Test]
    public async Task An_image_is_copied_to_the_data_set_s_owner_and_goes_with_its_caller()
    {
        dataset = await owner.CreateAsync("image");
        using var form = new MultipartFormDataContent { { new StringContent("cat"), "label" }, { new ByteArrayContent(TestImages.Png(width: 9)), "file", "1.png" } };
        await owner.Http.PostAsync($"{dataset}/labels", form).ReadAsync();
        await PutPolicyAsync("auto");
        var prediction = inputs.Add(visitor, TestImages.Png(width: 7));
        await SayAsync(prediction, label: "cat");
        var row = await SeeRowAsync(prediction, "the label is there", seen => seen?["label"] is not null);
        Assert.That(await storage.Client.GetAsync($"/objects/{owner.Subject}/{row!.Text("sha256")}").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Whoever_is_erased_takes_along_what_came_of_their_feedback_also_what_others_labelled()
    {
        var erased = Guid.CreateVersion7().ToString();
        await PutPolicyAsync("review");
        var (labelled, waiting) = (inputs.Add(erased, """{"a": 5, "c": "x"}"""), inputs.Add(erased, """{"a": 6, "c": "x"}"""));
        foreach (var prediction in new[] { labelled, waiting })
            await SendAsync(Said(prediction, label: "dog", caller: erased));
        var item = await SeeRowAsync(labelled, "the item waits", seen => seen is not null);
        await SeeRowAsync(waiting, "the other too", seen => seen is not null);
        await owner.PutLabelAsync(dataset, item!.Text("id"), "\"dog\"").ReadAsync();
        var snapshot = await owner.SnapshotAsync(dataset);

        await training.EraseAsync(erased);

        Assert.That((await RowAsync(labelled), await RowAsync(waiting)), Is.EqualTo(((JsonNode?)null, (JsonNode?)null)));
        Assert.That((await owner.GetAsync($"{dataset}/snapshots/{snapshot.Text("id")}"))["erased"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(await training.QueryAsync<long>($"SELECT count(*) FROM feedback_labels WHERE caller = '{erased}'"), Is.Zero);

        await SendAsync(Said(inputs.Add(erased, """{"a": 7, "c": "x"}"""), label: "dog", caller: erased));
        await FenceAsync();
        Assert.That(await training.QueryAsync<long>($"SELECT count(*) FROM feedback_labels WHERE caller = '{erased}'"), Is.Zero, "what comes late is dropped");
    }

    private Guid Predicted(int a) => inputs.Add(visitor, $$"""{"a": {{a}}, "c": "x"}""");

    private Task PutPolicyAsync(string use) =>
        owner.Http.PutAsync($"{dataset}/policy", DatasetCaller.Json($$"""{"model": "{{model}}", "feedback": "{{use}}"}""")).ReadAsync(HttpStatusCode.OK);

    private FeedbackReceived Said(Guid prediction, bool? correct = null, string? label = null, string? predicted = null, string? caller = null) =>
        new(prediction, caller ?? visitor, model, "1", predicted, correct, label, null, time = time.AddSeconds(1));

    private Task SayAsync(Guid prediction, bool? correct = null, string? label = null, string? predicted = null) => SendAsync(Said(prediction, correct, label, predicted));

    private async Task TakeBackAsync(Guid prediction) =>
        await EventSender.SendAsync(await Servers.RabbitMqAsync(), new FeedbackRemoved(prediction, visitor, model, "1", time = time.AddSeconds(1)));

    private static async Task SendAsync(FeedbackReceived said) => await EventSender.SendAsync(await Servers.RabbitMqAsync(), said);

    /// <summary>Returns when feedback that is sent now has been taken over: what was sent before has been, too.</summary>
    private async Task FenceAsync()
    {
        var fence = inputs.Add(visitor, $$"""{"a": {{Random.Shared.Next(100, 1_000_000)}}, "c": "y"}""");
        await SayAsync(fence, label: "cat");
        await SeeRowAsync(fence, "what was sent last is taken over", seen => seen is not null);
    }

    private async Task<JsonNode?> RowAsync(Guid prediction)
    {
        using var answer = await owner.Http.GetAsync($"{dataset}/labels/prediction:{prediction}");
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.ReadAsync();
    }

    private Task<JsonNode?> SeeRowAsync(Guid prediction, string what, Func<JsonNode?, bool> isSo) => Eventually.SeeAsync(what, () => RowAsync(prediction), isSo, log: () => training.Log);

    private async Task<JsonNode> SeeCountsAsync(string what, Func<JsonNode, bool> isSo) =>
        await Eventually.SeeAsync(what, async () => (await owner.GetAsync($"{dataset}/policy"))["feedback"]!, isSo, log: () => training.Log);
}
