using System.Net;
using Integration.TrainingService.Datasets;
using NUnit.Framework;
using TestSupport;

namespace Integration.TrainingService.FeedbackLabels;

/// <summary>What feedback can't do: overrule who looked at a row, or judge models.</summary>
public class FeedbackDecidedTests : FeedbackFixture
{
    [TestCase(true)]
    [TestCase(null)]
    public async Task A_row_that_an_analyst_corrected_keeps_their_label_whatever_its_caller_says_later(bool? trusted)
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "dog");
        await SeeRowAsync(prediction, "the label is there", seen => seen?.Text("label") == "dog");
        await owner.Http.PutAsync($"{dataset}/labels/prediction:{prediction}", DatasetCaller.Json(trusted is null ? """{"label": "cat"}""" : """{"label": "cat", "trusted": true}""")).ReadAsync();

        await SayAsync(prediction, label: "unicorn");
        await SayAsync(prediction, label: "dog");
        await FenceAsync();
        Assert.That((await RowAsync(prediction))!.Text("label"), Is.EqualTo("cat"), "another label");
        await SayAsync(prediction);
        await FenceAsync();
        Assert.That((await RowAsync(prediction))!.Text("label"), Is.EqualTo("cat"), "nothing about the label any more");
        await TakeBackAsync(prediction);
        await FenceAsync();
        Assert.That((await RowAsync(prediction))?.Text("label"), Is.EqualTo(trusted is null ? null : "cat"), "taken back: it goes, unless somebody vouches for it");
        await SeeCountsAsync(trusted is null ? "none skipped" : "1 skipped", counts => counts["skipped"]!.GetValue<int>() == (trusted is null ? 0 : 1));
    }

    [Test]
    public async Task Feedback_that_is_taken_back_takes_along_what_somebody_made_of_it_in_review()
    {
        await PutPolicyAsync("review");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "dog");
        var item = await SeeRowAsync(prediction, "the item waits", seen => seen is not null);
        await owner.PutLabelAsync(dataset, item!.Text("id"), "\"dog\"").ReadAsync();

        await TakeBackAsync(prediction);

        await SeeRowAsync(prediction, "it is gone", seen => seen is null);
    }

    [Test]
    public async Task Feedback_that_is_taken_back_leaves_a_row_that_models_are_judged_by()
    {
        await PutPolicyAsync("review");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "dog");
        var item = await SeeRowAsync(prediction, "the item waits", seen => seen is not null);
        await owner.PutLabelAsync(dataset, item!.Text("id"), "\"dog\"").ReadAsync();
        await FeedbackServices.Training.TamperAsync($"INSERT INTO dataset_reference (dataset, label) SELECT number, '{item!.Text("id")}' FROM datasets WHERE id::text = '{dataset.Split('/')[^1]}'");

        await TakeBackAsync(prediction);

        await SeeCountsAsync("1 skipped", counts => counts["skipped"]!.GetValue<int>() == 1);
        Assert.That((await RowAsync(prediction))!.Text("label"), Is.EqualTo("dog"));
    }

    [Test]
    public async Task Feedback_that_is_taken_back_leaves_a_row_that_it_did_not_bring()
    {
        await PutPolicyAsync("review");
        var prediction = Predicted(5);
        await owner.PostJsonAsync(dataset, $$"""[{"id": "prediction:{{prediction}}", "a": 5, "c": "x", "label": "dog"}]""").ReadAsync();

        await SayAsync(prediction, label: "cat");
        await TakeBackAsync(prediction);

        await SeeCountsAsync("1 skipped", counts => counts["skipped"]!.GetValue<int>() == 1);
        Assert.That((await RowAsync(prediction))!.Text("label"), Is.EqualTo("dog"));
    }

    [Test]
    public async Task With_the_policy_off_a_reviewed_row_stays()
    {
        await PutPolicyAsync("review");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "dog");
        var item = await SeeRowAsync(prediction, "the item waits", seen => seen is not null);
        await owner.PutLabelAsync(dataset, item!.Text("id"), "\"dog\"").ReadAsync();
        await PutPolicyAsync("off");
        await SayAsync(prediction, correct: true, predicted: "cat");
        await Eventually.IsTrueAsync(
            async () => await FeedbackServices.Training.QueryAsync<long>($"SELECT count(*) FROM feedback_labels WHERE prediction = '{prediction}' AND wanted = 'nothing' AND outcome = 'skipped'") == 1,
            "it was taken with the policy off", () => FeedbackServices.Training.Log);
        Assert.That((await RowAsync(prediction))!.Text("label"), Is.EqualTo("dog"));
    }

    [Test]
    public async Task No_feedback_joins_the_reference_set_until_somebody_vouches_for_it()
    {
        await PutPolicyAsync("auto");
        Guid last = default;
        for (var i = 0; i < 12; i++)
            await SayAsync(last = Predicted(20 + i), label: i % 2 == 0 ? "cat" : "dog");
        await SeeRowAsync(last, "all are there", seen => seen is not null);
        await FenceAsync();

        var chosen = await owner.Http.PostAsync($"{dataset}/reference", null).ReadAsync(HttpStatusCode.OK);

        Assert.That(chosen["rows"]!.GetValue<int>(), Is.EqualTo(2), "a fifth, rounded up, of the one row of each class that was posted");
        Assert.That(await FeedbackServices.Training.QueryAsync<long>($"""
            SELECT count(*) FROM dataset_reference r JOIN labels l ON l.dataset = r.dataset AND l.id = r.label JOIN datasets d ON d.number = r.dataset
            WHERE d.id::text = '{dataset.Split('/')[^1]}' AND l.given_id LIKE 'prediction:%'
            """), Is.Zero);
    }
}
