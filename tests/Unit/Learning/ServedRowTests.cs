using System.Text.Json;
using InferenceService.Models;
using Learning;
using Learning.Data;
using Learning.Exports;
using Learning.Linear;
using Learning.Trees;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

/// <summary>What serving makes of a JSON row is what a learner's cells are: the one contract between both.</summary>
[TestFixture]
public sealed class ServedRowTests
{
    private static readonly RowEncoder Encoder = new(
    [
        new ColumnSpec("age", ColumnType.Number), new ColumnSpec("income", ColumnType.Number), new ColumnSpec("member", ColumnType.Boolean),
        new ColumnSpec("colour", ColumnType.Category, ["red", "green", "blue"]),
    ]);

    [TestCase("""{"age":30,"income":5e5,"member":true,"colour":"green"}""", 30f, 5e5f, 1f, 1f)]
    [TestCase("""{"age":null,"income":12.5,"member":false,"colour":"no such colour"}""", float.NaN, 12.5f, 0f, -1f)]
    [TestCase("""{"age":61,"income":null,"member":null,"colour":null}""", 61f, float.NaN, float.NaN, float.NaN)]
    public void A_served_row_is_answered_as_the_learner_answers_its_cells(string json, params float[] cells)
    {
        NeedXgBoost();
        var served = new float[Encoder.Length];
        Encoder.Write(JsonDocument.Parse(json).RootElement, 0, served);
        Assert.That(served, Is.EqualTo(cells));

        var asked = new TableBuilder(Mixed().Schema).Add(cells, 0).Build();
        foreach (ILearner learner in new ILearner[] { new LogisticRegression(), new BoostedTrees() })
        {
            using var model = Train(learner, Set(Mixed()));
            using var onnx = new ExportedModel(Export(model));
            Assert.That(onnx.Run(served, 1, served.Length), Is.EqualTo(model.Predict(asked, [0])).Within(ExportCheck.Allowed), learner.Name);
        }
    }
}
