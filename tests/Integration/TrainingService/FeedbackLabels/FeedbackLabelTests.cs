using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ServiceDefaults.Problems;
using TestSupport;
using TrainingService;
using TrainingService.FeedbackLabels;

namespace Integration.TrainingService.FeedbackLabels;

/// <summary>Feedback that becomes labels at once.</summary>
public class FeedbackLabelTests : FeedbackFixture
{
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
        await Eventually.IsTrueAsync(async () => await FeedbackServices.Training.QueryAsync<long>($"SELECT count(*) FROM feedback_labels WHERE prediction = '{prediction}' AND outcome = 'removed'") == 1, "it is noted", () => FeedbackServices.Training.Log);
        await SendAsync(said);
        await FenceAsync();
        Assert.That(await RowAsync(prediction), Is.Null);
    }

    [Test]
    public async Task What_another_replica_still_has_in_hand_does_not_win_over_the_last_word()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "dog");
        await SeeRowAsync(prediction, "the label is there", seen => seen is not null);
        await using var scope = FeedbackServices.Training.Services.CreateAsyncScope();
        var inHand = await scope.ServiceProvider.GetRequiredService<TrainingDb>().FeedbackLabels.AsNoTracking().SingleAsync(row => row.Prediction == prediction);
        await SayAsync(prediction, label: "cat");
        await SeeRowAsync(prediction, "it is changed", seen => seen?.Text("label") == "cat");

        Assert.That(() => scope.ServiceProvider.GetRequiredService<LabelTaking>().TakeAsync(inHand, CancellationToken.None), Throws.TypeOf<ProblemException>().With.Property("Code").EqualTo("superseded"));
        Assert.That((await RowAsync(prediction))!.Text("label"), Is.EqualTo("cat"));
    }

    [Test]
    public async Task While_InferenceService_is_away_feedback_waits()
    {
        await PutPolicyAsync("auto");
        var prediction = Predicted(5);
        FeedbackServices.Inputs.IsAway = true;
        await SayAsync(prediction, label: "dog");
        await Eventually.IsTrueAsync(async () => await FeedbackServices.Training.QueryAsync<long>($"SELECT count(*) FROM feedback_labels WHERE prediction = '{prediction}' AND attempts > 0 AND outcome IS NULL") == 1, "it was tried", () => FeedbackServices.Training.Log);
        FeedbackServices.Inputs.IsAway = false;
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
}
