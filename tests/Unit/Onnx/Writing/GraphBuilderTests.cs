using Learning.Exports;
using NUnit.Framework;
using Onnx;
using Onnx.Writing;

namespace Unit.Onnx.Writing;

[TestFixture]
public sealed class GraphBuilderTests
{
    [Test]
    public void What_is_written_is_admitted_and_runs()
    {
        var file = Written(graph =>
        {
            var x = graph.Input("x", ElementType.Float, -1, 2);
            var w = graph.Constant("w", [1f, 2, 3, 4, 5, 6], 2, 3);
            graph.Output(graph.Node("Softmax", [graph.Node("MatMul", [x, w], "y")], "p", NodeAttribute.Of("axis", -1)), ElementType.Float, -1, 3);
        });

        var facts = ModelInspector.Inspect(new MemoryStream(file), new ModelLimits());
        Assert.That((facts.IrVersion, facts.Opset, facts.Nodes, facts.Constants, facts.ConstantBytes), Is.EqualTo((10, 21, 2, 1, 24)));
        using var model = new ExportedModel(file);
        var (a, b, c) = (Math.Exp(1 * 1 + 1 * 4), Math.Exp(2 + 5), Math.Exp(3 + 6));
        Assert.That(model.Run([1, 1], 1, 2), Is.EqualTo(new[] { a / (a + b + c), b / (a + b + c), c / (a + b + c) }).Within(1e-6));
    }

    [Test]
    public void A_classifier_of_trees_with_texts_reals_and_numbers_runs()
    {
        // One question: is x less than 2.5?
        var file = Written(graph =>
        {
            var x = graph.Input("x", ElementType.Float, -1, 1);
            graph.MlNode("TreeEnsembleClassifier", [x], ["label", "scores"],
                NodeAttribute.Of("classlabels_int64s", [0L, 1L]), NodeAttribute.Of("post_transform", "NONE"),
                NodeAttribute.Of("nodes_treeids", [0L, 0, 0]), NodeAttribute.Of("nodes_nodeids", [0L, 1, 2]), NodeAttribute.Of("nodes_featureids", [0L, 0, 0]),
                NodeAttribute.Of("nodes_values", [2.5f, 0, 0]), NodeAttribute.Of("nodes_modes", ["BRANCH_LT", "LEAF", "LEAF"]),
                NodeAttribute.Of("nodes_truenodeids", [1L, 0, 0]), NodeAttribute.Of("nodes_falsenodeids", [2L, 0, 0]),
                NodeAttribute.Of("class_treeids", [0L, 0, 0, 0]), NodeAttribute.Of("class_nodeids", [1L, 1, 2, 2]), NodeAttribute.Of("class_ids", [0L, 1, 0, 1]),
                NodeAttribute.Of("class_weights", [0.9f, 0.1f, 0.3f, 0.7f]));
            graph.Output("scores", ElementType.Float, -1, 2);
        });

        Assert.That(ModelInspector.Inspect(new MemoryStream(file), new ModelLimits()).Nodes, Is.EqualTo(1));
        using var model = new ExportedModel(file);
        Assert.That(model.Run([2, 2.5f], 2, 1), Is.EqualTo(new[] { 0.9f, 0.1f, 0.3f, 0.7f }).Within(1e-6));
    }

    [Test]
    public void A_name_given_twice_an_unknown_one_and_a_constant_of_a_wrong_size_are_mistakes()
    {
        var graph = new GraphBuilder("g");
        graph.Input("x", ElementType.Float, -1, 2);

        Assert.That(() => graph.Input("x", ElementType.Float, -1), Throws.ArgumentException.With.Message.Contains("'x' already"));
        Assert.That(() => graph.Node("Relu", ["y"], "z"), Throws.ArgumentException.With.Message.Contains("no tensor 'y'"));
        Assert.That(() => graph.Constant("c", [1f, 2], 3), Throws.ArgumentException.With.Message.Contains("2 values").And.Message.Contains("[3]"));
        Assert.That(graph.Unused("x"), Is.EqualTo("x_"));
    }

    [Test]
    public void A_message_knows_its_length_before_it_is_written([Values(0, 1, 127, 128, 5000, 100_000)] int bytes)
    {
        var inner = new WireMessage().Number(1, -1).Real(2, 1.5f).Bytes(3, new byte[bytes]).Text(4, "é").Numbers(5, [1, 300, -7]);
        var outer = new WireMessage().Message(1, inner).Message(2, inner);
        using var file = new MemoryStream();
        outer.WriteTo(file);

        Assert.That(file.Length, Is.EqualTo(outer.Length));
        Assert.That(file.Length, Is.GreaterThan(2 * (bytes + 20)));
    }

    private static byte[] Written(Action<GraphBuilder> build)
    {
        var graph = new GraphBuilder("test");
        build(graph);
        using var file = new MemoryStream();
        graph.WriteTo(file);
        return file.ToArray();
    }
}
