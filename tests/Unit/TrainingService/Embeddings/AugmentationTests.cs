using System.Security.Cryptography;
using Imaging;
using NUnit.Framework;
using TrainingService.Embeddings;

namespace Unit.TrainingService.Embeddings;

public class AugmentationTests
{
    private static readonly byte[] Image = SHA256.HashData("an image"u8), Other = SHA256.HashData("another"u8);

    [Test]
    public void The_same_image_copy_and_seed_are_changed_the_same_way() =>
        Assert.That(Augmentation.Change(Image, 1, 7), Is.EqualTo(Augmentation.Change([.. Image], 1, 7)));

    [Test]
    public void Another_image_copy_or_seed_is_changed_another_way()
    {
        var change = Augmentation.Change(Image, 1, 7);
        Assert.That(new[] { Augmentation.Change(Other, 1, 7), Augmentation.Change(Image, 2, 7), Augmentation.Change(Image, 1, 8) }, Has.None.EqualTo(change));
    }

    [Test]
    public void Changes_keep_within_what_a_photo_may_be_like_and_use_all_of_it()
    {
        var changes = Enumerable.Range(1, 1000).Select(copy => Augmentation.Change(Image, copy, 7)).ToArray();
        Assert.That(changes.Count(change => change.Flipped), Is.InRange(400, 600));
        foreach (var (name, least, most, value) in new (string, double, double, Func<PictureChange, double>)[]
        {
            ("degrees", -15, 15, change => change.Degrees), ("share", 0.8, 1, change => change.Share), ("left", 0, 1, change => change.Left),
            ("top", 0, 1, change => change.Top), ("brightness", 0.75, 1.25, change => change.Brightness),
        })
        {
            Assert.That(changes.Select(value), Is.All.InRange(least, most), name);
            Assert.That((changes.Min(value), changes.Max(value)), Is.EqualTo((least, most)).Within((most - least) / 50), name);
        }
    }

    [Test]
    public void A_copy_is_never_mistaken_for_the_image_itself_or_another_copy()
    {
        var variants = Enumerable.Range(1, 100).SelectMany(copy => Enumerable.Range(0, 10).Select(seed => Augmentation.Variant(copy, (ulong)seed))).ToArray();
        Assert.That(variants, Is.Unique.And.None.Zero);
    }
}
