-- SPDX-License-Identifier: GPL-2.0-or-later
CREATE TABLE product (id integer PRIMARY KEY, name text NOT NULL, price integer NOT NULL);
INSERT INTO product VALUES (1, 'Anchor', 4900), (2, 'Bell', 1900), (3, 'Compass', 3300);
CREATE TABLE view (id serial PRIMARY KEY, product integer, seen timestamptz DEFAULT now());
