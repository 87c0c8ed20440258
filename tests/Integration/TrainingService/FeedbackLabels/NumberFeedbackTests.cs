using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Integration.TrainingService.FeedbackLabels;

/// <summary>What of feedback becomes a label that is a number.</summary>
public sealed class NumberFeedbackTests : FeedbackFixture
{
    [SetUp]
    public async Task TakeNumbersAsync()
    {
        dataset = await owner.CreateAsync();
        await owner.PostCsvAsync(dataset, "a,c,label\n1,x,1.5\n9,y,2.5\n").ReadAsync();
        await PutPolicyAsync("auto");
    }

    [TestCase("3.50", 3.5)]
    [TestCase("-7", -7)]
    [TestCase("1e3", 1000)]
    public async Task A_correction_that_is_a_number_is_the_label(string said, double label)
    {
        var prediction = Predicted(5);
        await SayAsync(prediction, label: said);
        var row = await SeeRowAsync(prediction, "the row is there", seen => seen is not null);
        Assert.That(row!["label"]!.GetValue<double>(), Is.EqualTo(label));
    }

    [Test]
    public async Task Another_correction_changes_it_and_the_same_number_in_other_words_does_not()
    {
        var prediction = Predicted(5);
        await SayAsync(prediction, label: "3.5");
        await SeeRowAsync(prediction, "the row is there", seen => seen is not null);
        await SayAsync(prediction, label: "4");
        var changed = await SeeRowAsync(prediction, "it has the other label", seen => seen!["label"]!.GetValue<double>() == 4);
        await SayAsync(prediction, label: "4.0");
        await FenceAsync();
        Assert.That((await RowAsync(prediction))!["revision"]!.GetValue<int>(), Is.EqualTo(changed!["revision"]!.GetValue<int>()));
    }

    [TestCase("plenty")]
    [TestCase("1,000")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("1e30", TestName = "A_number_too_large_to_be_learned_waits")]
    public async Task A_correction_that_is_no_number_waits_for_somebody_to_look(string said)
    {
        var prediction = Predicted(5);
        await SayAsync(prediction, label: said);
        var item = await SeeRowAsync(prediction, "the item waits", seen => seen is not null);
        Assert.That((item!["label"], item.Text("suggestion")), Is.EqualTo(((JsonNode?)null, said)));
    }

    [Test]
    public async Task That_a_score_was_right_is_no_label()
    {
        var prediction = Predicted(5);
        await SayAsync(prediction, correct: true);
        await FenceAsync();
        Assert.That(await RowAsync(prediction), Is.Null);
    }
}
