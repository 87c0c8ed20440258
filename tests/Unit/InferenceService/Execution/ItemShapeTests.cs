using InferenceService.Execution;
using Microsoft.ML.OnnxRuntime.Tensors;
using NUnit.Framework;

namespace Unit.InferenceService.Execution;

[TestFixture]
public sealed class ItemShapeTests
{
    [Test]
    public void Shapes_of_the_same_sides_and_bytes_are_equal()
    {
        var (one, other) = (Of(TensorElementType.Float), Of(TensorElementType.Float));
        Assert.That(one, Is.EqualTo(other));
        Assert.That(one.GetHashCode(), Is.EqualTo(other.GetHashCode()));
    }

    [Test]
    public void The_same_sides_of_another_length_are_another_shape()
    {
        var (four, eight) = (Of(TensorElementType.Float), Of(TensorElementType.Int64));
        Assert.That(four, Is.Not.EqualTo(eight), "a batch has one stride");
        Assert.That(four.GetHashCode(), Is.Not.EqualTo(eight.GetHashCode()));
    }

    private static ItemShape Of(TensorElementType type) => ItemShape.Of([new TensorSpec("x", type, [-1])], [3]);
}
