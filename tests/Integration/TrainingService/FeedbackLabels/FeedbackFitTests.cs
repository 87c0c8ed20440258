using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TestSupport;

namespace Integration.TrainingService.FeedbackLabels;

/// <summary>What of feedback fits a data set, who looks at it, and with whom it goes.</summary>
public class FeedbackFitTests : FeedbackFixture
{
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
        var mine = (dataset, model);
        await TakeAnotherAsync();
        await PutPolicyAsync("auto");
        await FenceAsync();
        (dataset, model) = mine;
        Assert.That(await RowAsync(prediction), Is.Null);
        await PutPolicyAsync("auto");
        await FenceAsync();
        Assert.That(await RowAsync(prediction), Is.Null, "it is about feedback from then on");
    }

    [TestCase("""{"a": 5}""", "'c'", TestName = "A_column_is_missing")]
    [TestCase("""{"a": 5, "c": "x", "b": 1}""", "'b'", TestName = "A_column_is_too_many")]
    [TestCase("""{"a": "five", "c": "x"}""", "'a'", TestName = "A_value_is_of_another_type")]
    public async Task A_row_that_does_not_fit_is_counted_with_its_reason(string row, string names)
    {
        await PutPolicyAsync("auto");
        await SayAsync(FeedbackServices.Inputs.Add(visitor, row), label: "dog");
        var counts = await SeeCountsAsync("1 skipped", seen => seen["skipped"]!.GetValue<int>() == 1);
        Assert.That(counts.Text("lastReason"), Does.Contain(names));
    }

    [Test]
    public async Task What_is_not_kept_any_more_or_belongs_to_somebody_else_is_skipped()
    {
        await PutPolicyAsync("auto");
        await SayAsync(Guid.CreateVersion7(), label: "dog");
        await SayAsync(FeedbackServices.Inputs.Add("somebody-else", """{"a": 5, "c": "x"}"""), label: "dog");
        await SeeCountsAsync("2 skipped", counts => counts["skipped"]!.GetValue<int>() == 2);
    }

    [Test]
    public async Task A_row_that_the_data_set_knows_already_is_a_duplicate()
    {
        await PutPolicyAsync("auto");
        await SayAsync(FeedbackServices.Inputs.Add(visitor, """{"a": 1, "c": "x"}"""), label: "cat");
        await SeeCountsAsync("1 duplicate", counts => counts["duplicate"]!.GetValue<int>() == 1);
    }

    [Test]
    public async Task An_image_is_copied_to_the_data_set_s_owner_and_goes_with_its_caller()
    {
        dataset = await owner.CreateAsync("image");
        using var form = new MultipartFormDataContent { { new StringContent("cat"), "label" }, { new ByteArrayContent(TestImages.Png(width: 9)), "file", "1.png" } };
        await owner.Http.PostAsync($"{dataset}/labels", form).ReadAsync();
        await PutPolicyAsync("auto");
        var prediction = FeedbackServices.Inputs.Add(visitor, TestImages.Png(width: 7));
        await SayAsync(prediction, label: "cat");
        var row = await SeeRowAsync(prediction, "the label is there", seen => seen?["label"] is not null);
        Assert.That(await FeedbackServices.Storage.Client.GetAsync($"/objects/{owner.Subject}/{row!.Text("sha256")}").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task What_became_of_feedback_is_in_the_copy_of_its_caller()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "dog");
        await SeeCountsAsync("1 labelled", counts => counts["labelled"]!.GetValue<int>() == 1);
        Assert.That(await FeedbackServices.Training.ExportAsync(visitor), Does.Contain("feedback-labels.ndjson").And.Contain($"\"prediction\":\"{prediction}\"").And.Contain("\"outcome\":\"labelled\""));
    }

    [Test]
    public async Task Whoever_is_erased_takes_along_what_came_of_their_feedback_also_what_others_labelled()
    {
        var erased = Guid.CreateVersion7().ToString();
        await PutPolicyAsync("review");
        var (labelled, waiting) = (FeedbackServices.Inputs.Add(erased, """{"a": 5, "c": "x"}"""), FeedbackServices.Inputs.Add(erased, """{"a": 6, "c": "x"}"""));
        foreach (var prediction in new[] { labelled, waiting })
            await SendAsync(Said(prediction, label: "dog", caller: erased));
        var item = await SeeRowAsync(labelled, "the item waits", seen => seen is not null);
        await SeeRowAsync(waiting, "the other too", seen => seen is not null);
        await owner.PutLabelAsync(dataset, item!.Text("id"), "\"dog\"").ReadAsync();
        var snapshot = await owner.SnapshotAsync(dataset);

        await FeedbackServices.Training.EraseAsync(erased);

        Assert.That((await RowAsync(labelled), await RowAsync(waiting)), Is.EqualTo(((JsonNode?)null, (JsonNode?)null)));
        Assert.That((await owner.GetAsync($"{dataset}/snapshots/{snapshot.Text("id")}"))["erased"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(await FeedbackServices.Training.QueryAsync<long>($"SELECT count(*) FROM feedback_labels WHERE caller = '{erased}'"), Is.Zero);

        await SendAsync(Said(FeedbackServices.Inputs.Add(erased, """{"a": 7, "c": "x"}"""), label: "dog", caller: erased));
        await FenceAsync();
        Assert.That(await FeedbackServices.Training.QueryAsync<long>($"SELECT count(*) FROM feedback_labels WHERE caller = '{erased}'"), Is.Zero, "what comes late is dropped");
    }
}
