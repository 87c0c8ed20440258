ALTER TABLE signing_keys
  ADD signs_from timestamptz,                     -- published before, so that everybody knows it by then
  ADD is_sealed  boolean NOT NULL DEFAULT false;  -- private_key is nonce, tag and AES-256-GCM of the PKCS #8 under Auth:MasterKey
UPDATE signing_keys SET signs_from = created_at;
ALTER TABLE signing_keys ALTER signs_from SET NOT NULL;
